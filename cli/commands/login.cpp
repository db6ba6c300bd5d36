#include "cli/commands/commands.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "cli/prompt.hpp"
#include "oci/error.hpp"

#include <array>
#include <string>

namespace wasm_oci::cli {

namespace {

std::string host_argument(const Parsed& parsed) {
  if (parsed.arguments().empty()) {
    return "docker.io";
  }
  std::string host = parsed.arguments().front();
  for (const std::string_view scheme : {"https://", "http://", "docker://"}) {
    if (host.starts_with(scheme)) {
      host.erase(0, scheme.size());
    }
  }
  host = host.substr(0, host.find('/'));
  if (!is_host(host)) {
    throw UsageError("\"" + parsed.arguments().front() + "\" is not the name of a registry",
                     "write HOST or HOST:PORT, or nothing for Docker Hub");
  }
  return canonical_host(host);
}

Credential read_credential(const Parsed& parsed, const Context& context, const std::string& host) {
  const bool from_input = parsed.flag("password-stdin");
  std::optional<std::string> user = parsed.value("username");
  if (from_input && !user) {
    throw UsageError("--password-stdin needs --username", "wasm-oci login " + host + " -u USER --password-stdin");
  }
  if (!user) {
    user = prompt(context, "Username: ", Echo::on);
  }
  std::string password = from_input ? read_standard_input() : prompt(context, "Password: ", Echo::off);
  if (user->empty() || password.empty()) {
    throw UsageError("a user name and a password are needed");
  }
  return {.username = *user, .password = Secret(std::move(password))};
}

ExitCode run_login(const Parsed& parsed, Context& context) {
  const std::string host = host_argument(parsed);
  const std::array named = {Location(RegistryLocation{Reference{.host = host, .path = "login"}})};
  Locations locations(context, named, false);
  const Credential credential = read_credential(parsed, context, host);
  if (locations.registries().check_login(host, credential) == LoginCheck::not_asked) {
    print_note(context, host + " lets everybody in: nobody has checked the password");
  }
  const SavedCredential saved =
      save_credential(context.environment, context.options.authfile.value_or(""), host, credential, context.stop);
  if (saved.is_plain_text) {
    print_note(context, "the password is stored unencrypted in " + saved.where);
  }
  print_line(context, "Login Succeeded");
  return ExitCode::ok;
}

ExitCode run_logout(const Parsed& parsed, Context& context) {
  const std::string host = host_argument(parsed);
  const std::optional<std::string> where =
      erase_credential(context.environment, context.options.authfile.value_or(""), host, context.stop);
  if (!where) {
    print_note(context, "not logged in to " + host);
  } else {
    print_line(context, "Removed login credentials for " + host);
  }
  return ExitCode::ok;
}

// An image or repository, or what was given to login: a host alone.
Reference which_argument(const std::string& text) {
  const bool is_alone = is_host(text) && (text.contains('.') || text.contains(':') || text == "localhost");
  return is_alone ? Reference{.host = canonical_host(text), .path = ""} : parse_reference(text);
}

std::string kind_of(const Credential& credential) {
  if (!credential.registry_token.empty()) {
    return "registry token";
  }
  return credential.identity_token.empty() ? "password" : "identity token";
}

ExitCode run_which(const Parsed& parsed, Context& context) {
  const Reference reference = which_argument(parsed.arguments().front());
  const std::array named = {Location(RegistryLocation{reference})};
  Locations locations(context, named, false);
  const std::optional<Credential> found = locations.registries().find_credential(reference.host, reference.path);
  if (parsed.flag("verify") && found) {
    locations.registries().check_login(reference.host, *found);
  }
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object().member("host", reference.host).member("anonymous", !found.has_value());
      if (found) {
        json.member("source", found->source).member("username", found->username).member("kind", kind_of(*found));
      }
      json.end_object();
    });
  } else if (!found) {
    print_line(context, reference.host + ": anonymous, no credentials found");
  } else {
    const std::string user = found->username.empty() ? "" : " of " + found->username;
    print_line(context, reference.host + ": " + kind_of(*found) + user + " from " + found->source);
  }
  return ExitCode::ok;
}

constexpr std::array kHost = {Argument{.name = "HOST", .min = 0}};
constexpr std::array kReference = {Argument{.name = "REF", .completion = Completion::location}};
constexpr std::array<Example, 3> kLoginExamples = {
    {{"To Docker Hub", "wasm-oci login -u me"},
     {"In CI", "echo \"$TOKEN\" | wasm-oci login ghcr.io -u me --password-stdin"},
     {"To a registry on this machine", "wasm-oci login localhost:5000 -u me"}}};
constexpr std::array<Example, 1> kLogoutExamples = {{{"From GHCR", "wasm-oci logout ghcr.io"}}};
constexpr std::array<Example, 1> kWhichExamples = {
    {{"Whose password goes to this registry, and from where", "wasm-oci auth which ghcr.io/me/app"}}};
constexpr std::array kLoginOptions = {
    Option{.name = "password-stdin", .help = "Read the password from standard input"},
    Option{.name = "username", .short_name = 'u', .value = "USER", .help = "User name", .takes = Takes::one}};
constexpr std::array kWhichOptions = {Option{.name = "verify", .help = "Ask the registry whether it takes them"}};

}  // namespace

constexpr Command kLoginCommand{
    .name = "login",
    .summary = "Log in to a registry",
    .details =
        "The password is checked and then kept where docker keeps it: with its credential helper, else in its "
        "config.json. Without HOST it is for Docker Hub.",
    .examples = kLoginExamples,
    .arguments = kHost,
    .options = kLoginOptions,
    .group = Group::everyday,
    .run = run_login};

constexpr Command kLogoutCommand{.name = "logout",
                                 .summary = "Forget the password for a registry",
                                 .examples = kLogoutExamples,
                                 .arguments = kHost,
                                 .run = run_logout};

constexpr Command kAuthWhichCommand{.name = "auth which",
                                    .summary = "Show which credentials a registry gets, and where they come from",
                                    .details = "Secrets are never shown.",
                                    .examples = kWhichExamples,
                                    .arguments = kReference,
                                    .options = kWhichOptions,
                                    .run = run_which};

}  // namespace wasm_oci::cli
