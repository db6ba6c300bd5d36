#include "registry/credential_helper.hpp"

#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/json/reader.hpp"
#include "oci/json/writer.hpp"
#include "oci/text.hpp"
#include "registry/child_process.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace wasm_oci {
namespace {

constexpr std::string_view kNotFound = "credentials not found in native keychain";
// The user name of an identity token.
constexpr std::string_view kTokenUser = "<token>";
constexpr std::size_t kMaxMessage = 1024;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// Empty and relative entries mean the working directory and what is below it: programs of whoever wrote there.
std::optional<std::string> find_program(const std::string& program, const std::string& search_path) {
  for (std::string_view rest = search_path; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    std::string path = std::string(folder) + "/" + program;
    struct stat status{};
    if (folder.starts_with('/') && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        ::access(path.c_str(), X_OK) == 0) {
      return path;
    }
  }
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace

CredentialHelper::CredentialHelper(std::string_view name, const Environment& environment,
                                   std::chrono::milliseconds timeout)
    : program_("docker-credential-" + std::string(name)), timeout_(timeout) {
  if (name.empty() || name.size() > 128 || !std::ranges::all_of(name, is_name)) {
    throw FailureError("\"" + std::string(name) + "\" is no name of a credential helper");
  }
  const auto path = find_program(program_, environment.get("PATH").value_or(""));
  if (!path) {
    throw FailureError("the credential helper " + program_ + " is not installed",
                       "install it, or remove it from credsStore and credHelpers in docker's config.json");
  }
  path_ = *path;
}

std::optional<Credential> CredentialHelper::get(const std::string& server, const std::stop_token& stop) const {
  const auto answer = run("get", server, stop);
  if (!answer) {
    return std::nullopt;
  }
  try {
    const Document document = Document::parse(*answer, {.max_bytes = kMaxOutput});
    Credential credential = read_object(document.root(), [](ObjectReader& fields) {
      Credential read{.username = fields.optional_string("Username")};
      Secret secret(fields.optional_string("Secret"));
      (read.username == kTokenUser ? read.identity_token : read.password) = std::move(secret);
      return read;
    });
    if (!credential.identity_token.empty()) {
      credential.username.clear();
    }
    return credential.empty() ? std::nullopt : std::optional(std::move(credential));
  } catch (const ContentError&) {
    // The reader's words may hold parts of the answer, and the answer holds a secret.
    throw FailureError(program_ + " get: the answer is not what a credential helper says");
  }
}

void CredentialHelper::store(const std::string& server, const Credential& credential,
                             const std::stop_token& stop) const {
  const bool is_token = !credential.identity_token.empty();
  JsonWriter json;
  json.begin_object()
      .member("ServerURL", server)
      .member("Username", is_token ? std::string(kTokenUser) : credential.username)
      .member("Secret", (is_token ? credential.identity_token : credential.password).reveal())
      .end_object();
  if (!run("store", std::move(json).take(), stop)) {
    throw FailureError(program_ + " store: " + std::string(kNotFound));
  }
}

bool CredentialHelper::erase(const std::string& server, const std::stop_token& stop) const {
  return run("erase", server, stop).has_value();
}

std::optional<std::string> CredentialHelper::run(const std::string& action, const std::string& input,
                                                 const std::stop_token& stop) const {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (input.starts_with('-') || std::ranges::any_of(input, is_control)) {
    throw UsageError("a host or user name that a credential helper could take for something else");
  }
  ChildResult result;
  try {
    result = run_child(
        {.path = path_, .argv = {program_, action}, .input = input, .max_output = kMaxOutput, .timeout = timeout_},
        stop);
  } catch (FailureError& error) {
    error.add_context(program_ + " " + action);
    throw;
  } catch (const NotFoundError& error) {  // its interpreter is missing
    throw FailureError(program_ + " " + action + ": " + error.message());
  }
  if (result.exit_code == 0) {
    return std::move(result.output);
  }
  const std::string_view message = trim(result.output);
  if (message == kNotFound) {
    return std::nullopt;
  }
  throw FailureError(
      program_ + " " + action + ": " +
      (message.empty() ? "failed with exit code " + std::to_string(result.exit_code) : excerpt(message, kMaxMessage)));
}

}  // namespace wasm_oci
