#include "oci/build/repackage.hpp"

#include "oci/error.hpp"
#include "oci/packaging/read_package.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <memory>
#include <ranges>
#include <utility>

namespace wasm_oci {
namespace {

// A blob that owns its way of being read.
class BlobSource final : public Source {
 public:
  BlobSource(Store& store, const Descriptor& blob) : blob_(store.open(blob, NodeKind::blob)) {}
  std::size_t read(std::span<std::byte> into) override { return blob_.read(into); }
  void rewind() override { blob_.rewind(); }

 private:
  VerifiedSource blob_;
};

// The module as a blob of its own.
Descriptor blob_of(LocalStore& store, const ReadPackage& source) {
  if (media_type::is_wasm_layer(source.module.layer.media_type)) {
    return source.module.layer;
  }
  const std::unique_ptr<Ingest> ingest = store.ingest();
  extract_module(store, source.module, *ingest);
  return ingest->commit(media_type::kWasm);
}

// An artifact's own platform stands for the two usual ones.
bool loses_platform(const Platform& platform, const RepackageRequest& request, const Platform& own) {
  return request.as == Packaging::artifact && platform != own && platform != usual_wasm_platform();
}

// What a person would call it, and which. Values of variables, and arguments, may be secrets.
std::string describe(const Package& package, PackagePart part) {
  const auto with = [part](const std::vector<std::string>& values) {
    return std::string(to_string(part)) + " (" + list_names(values) + ")";
  };
  switch (part) {
    case PackagePart::name:
      return with({package.title});
    case PackagePart::entrypoint:
      return with({package.entrypoint.front()});
    case PackagePart::cmd:
      return std::string(to_string(part));
    case PackagePart::env: {
      std::vector<std::string> names;
      names.reserve(package.env.size());
      for (const std::string& variable : package.env) {
        names.push_back(variable.substr(0, variable.find('=')));
      }
      return with(names);
    }
    case PackagePart::labels: {
      const auto keys = std::views::keys(package.labels);
      return with({keys.begin(), keys.end()});
    }
    case PackagePart::workdir:
      return with({package.workdir});
    case PackagePart::user:
      return with({package.user});
    case PackagePart::files:
      return "other files (" + std::to_string(package.files.size()) +
             (package.files.size() == 1 ? " layer)" : " layers)");
  }
  return {};
}

std::vector<std::string> losses(const ReadPackage& source, const RepackageRequest& request, const Platform& platform) {
  std::vector<std::string> lost = source.beyond;
  for (const PackagePart part : parts_without_place(source.package, request.as)) {
    lost.push_back(describe(source.package, part));
  }
  if (source.platform && loses_platform(*source.platform, request, platform)) {
    lost.push_back("the platform " + format(*source.platform));
  }
  return lost;
}

// Each is bounded; how many there are, a hostile config decides.
std::string lost_names(const std::vector<std::string>& lost) {
  constexpr std::size_t kMost = 20;
  std::string names;
  for (const std::string& one : lost | std::views::take(kMost)) {
    names.append(names.empty() ? "" : ", ").append(one);
  }
  return lost.size() > kMost ? names + " and " + std::to_string(lost.size() - kMost) + " more" : names;
}

}  // namespace

std::optional<BuiltImage> repackage(LocalStore& store, const Descriptor& root, const RepackageRequest& request,
                                    std::stop_token stop) {
  const Manifest manifest = parse_manifest(store.load(root, NodeKind::manifest), root.media_type);
  ReadPackage source = read_package(store, manifest);
  if (source.packaging == request.as) {
    return std::nullopt;
  }
  const Packager& packager = packager_of(request.as);
  std::optional<Platform> asked = request.platform;
  if (!asked && request.as != Packaging::artifact) {
    asked = source.platform;
  }
  source.package.platform = packager.platform(asked, source.description);
  const std::vector<std::string> lost = losses(source, request, source.package.platform);
  if (!lost.empty() && !request.lossy) {
    throw UsageError("--as " + std::string(to_string(request.as)) + " has no place for " + lost_names(lost),
                     "--lossy leaves that out");
  }
  const Descriptor blob = blob_of(store, source);
  PackageModule module{.content = std::make_unique<BlobSource>(store, blob),
                       .size = source.module.size,
                       .description = &source.description,
                       .blob = blob,
                       .layer = std::move(source.layer),
                       .layer_path = "/" + source.module.path};
  std::vector<std::string> notes = weigh(packager.judge(source.package, module), request.force);
  if (!lost.empty()) {
    notes.push_back("left out: " + lost_names(lost));
  }
  const Timestamp created = Timestamp::parse(source.package.created).value_or(Timestamp());
  PackedImage image =
      packager.pack(source.package, std::move(module),
                    {.mtime = std::max<std::int64_t>(created.seconds(), 0), .stop = std::move(stop)}, store);
  return BuiltImage{.image = std::move(image), .platform = source.package.platform, .notes = std::move(notes)};
}

}  // namespace wasm_oci
