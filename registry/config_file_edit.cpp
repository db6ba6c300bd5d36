#include "registry/config_file_edit.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/json/document.hpp"
#include "oci/json/splice.hpp"
#include "oci/json/writer.hpp"
#include "registry/config_file.hpp"
#include "registry/hosts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinkHops = 40;
constexpr mode_t kNewFile = 0600;
constexpr mode_t kNewFolder = 0700;
// Laid out as docker does; what is added takes its indentation from here.
constexpr std::string_view kNewText = "{\n\t\"auths\": {}\n}";

// Hop by hop, because the last link may lead to a file that is not there yet.
fs::path follow_links(fs::path path) {
  std::error_code ignored;
  for (int hops = 0; hops < kMaxLinkHops && fs::is_symlink(path, ignored); ++hops) {
    path = path.parent_path() / fs::read_symlink(path, ignored);
  }
  return path;
}

void make_folder(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty() || fs::is_directory(folder, ignored)) {
    return;
  }
  make_folder(folder.parent_path());
  if (::mkdir(folder.c_str(), kNewFolder) != 0 && errno != EEXIST) {
    throw_errno(errno, "cannot make " + folder.string());
  }
}

void replace_file(int folder, const std::string& folder_name, const std::string& name, const std::string& text) {
  struct stat old{};
  const bool exists = ::fstatat(folder, name.c_str(), &old, 0) == 0;
  TempFile file(folder, folder_name, kNewFile);
  file.write(as_bytes(text));
  file.sync();
  file.rename_to(folder, name);
  if (exists) {
    // Afterwards, so that the content never has wider permissions than the old file had. Only root can give it back to
    // another owner, and only root needs to.
    static_cast<void>(::fchownat(folder, name.c_str(), old.st_uid, old.st_gid, 0));
    ::fchmodat(folder, name.c_str(), old.st_mode & 07777U, 0);
  }
  sync_file(folder, folder_name);
}

// `change` makes a new text of the old one; nullopt leaves the file alone.
bool edit_file(const std::string& path, const std::stop_token& stop,
               const std::function<std::optional<std::string>(std::string)>& change) {
  const fs::path target = follow_links(path);
  const std::string folder_name = target.has_parent_path() ? target.parent_path().string() : ".";
  make_folder(target.parent_path());
  const UniqueFd folder = open_directory(folder_name);
  const auto lock = DirectoryLock::acquire(folder.get(), DirectoryLock::Mode::exclusive, folder_name, stop);
  const auto text = change(read_config_text(target.string()).value_or(""));
  if (text) {
    replace_file(folder.get(), folder_name, target.filename().string(), *text);
  }
  return text.has_value();
}

// The text without one entry of the whole host; nullopt where there is none.
std::optional<std::string> without_entry(const std::string& text, std::string_view host, const std::string& name) {
  const Document document = parse_config_document(text, name);
  const auto auths = document.root().find("auths");
  if (!auths) {
    return std::nullopt;
  }
  for (const JsonValue entry : *auths) {
    if (parse_credential_key(entry.key()).match(canonical_host(host), {}) == 0U) {
      const auto removal = remove_member(*auths, entry.key());
      return removal ? std::optional(splice(text, std::array{*removal})) : std::nullopt;
    }
  }
  return std::nullopt;
}

// The same without all of them. One at a time, because a removal takes the comma of its neighbour along.
std::optional<std::string> without_entries(const std::string& text, std::string_view host, const std::string& name) {
  std::optional<std::string> rest = without_entry(text, host, name);
  while (auto shorter = rest ? without_entry(*rest, host, name) : std::nullopt) {
    rest = std::move(shorter);
  }
  return rest;
}

std::string entry_json(const Credential& credential) {
  JsonWriter json;
  json.begin_object();
  if (!credential.username.empty()) {
    json.member("auth", base64_encode(credential.username + ":" + credential.password.reveal()));
  }
  json.member_unless_empty("identitytoken", credential.identity_token.reveal());
  json.end_object();
  return std::move(json).take();
}

std::string with_entry(std::string text, std::string_view host, const Credential& credential, const std::string& name) {
  if (parse_config_document(text, name).root().empty()) {
    text = kNewText;
  }
  const Document document = parse_config_document(text, name);
  const auto auths = document.root().find("auths");
  if (!auths || !auths->is(JsonKind::object)) {
    return with_entry(splice(text, std::array{set_member(document.root(), "auths", "{}")}), host, credential, name);
  }
  return splice(text, std::array{set_member(*auths, credential_key(host), entry_json(credential))});
}

}  // namespace

void put_entry(const std::string& path, std::string_view host, const Credential& credential,
               const std::stop_token& stop) {
  edit_file(path, stop, [&](const std::string& text) -> std::optional<std::string> {
    ConfigFile::parse(text, path);
    return with_entry(without_entries(text, host, path).value_or(text), host, credential, path);
  });
}

bool remove_entries(const std::string& path, std::string_view host, const std::stop_token& stop) {
  return edit_file(path, stop, [&](const std::string& text) {
    ConfigFile::parse(text, path);
    return without_entries(text, host, path);
  });
}

}  // namespace wasm_oci
