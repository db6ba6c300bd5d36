// Options that several commands have.
#pragma once

#include "cli/command.hpp"
#include "cli/parsed.hpp"
#include "oci/clients/gate.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/platform.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

inline constexpr Option kNoClobber{.name = "no-clobber", .help = "Fail where the name names another image already"};
inline constexpr Option kPlatform{.name = "platform",
                                  .value = "P",
                                  .help = "Take the entry of an index for exactly this platform",
                                  .takes = Takes::one,
                                  .completion = Completion::platform};

inline constexpr std::array<std::string_view, 6> kPackagings = {"image", "artifact", "wasm-layers",
                                                                "envoy", "runwasi",  "istio"};
inline constexpr Option kAs{
    .name = "as",
    .value = "KIND",
    .help = "How the module is packaged: image, artifact, wasm-layers (runwasi) or envoy (istio)",
    .takes = Takes::one,
    .completion = Completion::choice,
    .choices = kPackagings};

inline constexpr Option kRequirePlatform{
    .name = "require-platform",
    .value = "P[,P...]",
    .help = "Move the tag only where the clients of --for will find these platforms",
    .takes = Takes::list,
    .completion = Completion::platform};
inline constexpr Option kRequireUnchanged{
    .name = "require-unchanged",
    .value = "P[,P...]",
    .help = "Move the tag only where they take the same image as before for these platforms",
    .takes = Takes::list,
    .completion = Completion::platform};

inline constexpr Option kFor{.name = "for",
                             .value = "CLIENT[,CLIENT...]",
                             .help =
                                 "The clients that --require-platform and --require-unchanged ask (default docker, "
                                 "containerd, podman)",
                             .takes = Takes::list};

// The clients that --for names, each once; none where it is not given. Throws UsageError.
std::vector<const Client*> read_clients(const Parsed& parsed);

// Their names, each once: rules are as severe for all versions of a client.
std::vector<std::string_view> names_of(const std::vector<const Client*>& clients);

// The gate that kRequirePlatform, kRequireUnchanged and kFor make.
Gate read_gate(const Parsed& parsed);

// What kAs asks for.
std::optional<Packaging> read_packaging(const Parsed& parsed);

// A platform as an argument names it. Throws UsageError also for an operating system alone: which architecture that is
// would depend on the machine.
Platform read_platform(const std::string& text);

// The values of an option that takes platforms. Throws UsageError where one is given twice.
std::vector<Platform> read_platforms(const Parsed& parsed, std::string_view option);

}  // namespace wasm_oci::cli
