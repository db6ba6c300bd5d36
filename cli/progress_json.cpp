#include "cli/progress_json.hpp"

#include "oci/json/writer.hpp"
#include "oci/text.hpp"

namespace wasm_oci::cli {

namespace {

constexpr std::chrono::milliseconds kBetweenLines{100};

std::string_view name_of(TransferOutcome outcome) {
  switch (outcome) {
    case TransferOutcome::copied:
      return "copied";
    case TransferOutcome::exists:
      return "exists";
    case TransferOutcome::mounted:
      return "mounted";
    case TransferOutcome::failed:
      break;
  }
  return "failed";
}

std::string line_of(JsonWriter& json) { return std::move(json.end_object()).take() + "\n"; }

}  // namespace

void JsonDisplay::start(const Descriptor& descriptor) noexcept {
  try {
    JsonWriter json;
    json.begin_object()
        .member("event", "start")
        .member("digest", descriptor.digest.str())
        .member("mediaType", escape_for_terminal(descriptor.media_type))
        .member("size", descriptor.size);
    const std::lock_guard lock(mutex());
    if (told_.emplace(descriptor.digest, clock_()).second) {
      write(line_of(json));
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void JsonDisplay::advance(const Descriptor& descriptor, std::uint64_t position) noexcept {
  try {
    const std::lock_guard lock(mutex());
    const auto entry = told_.find(descriptor.digest);
    const TimePoint now = clock_();
    if (entry == told_.end() || now - entry->second < kBetweenLines) {
      return;
    }
    entry->second = now;
    JsonWriter json;
    json.begin_object()
        .member("event", "advance")
        .member("digest", descriptor.digest.str())
        .member("position", position)
        .member("size", descriptor.size);
    write(line_of(json));
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void JsonDisplay::finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept {
  try {
    JsonWriter json;
    json.begin_object()
        .member("event", "finish")
        .member("digest", descriptor.digest.str())
        .member("mediaType", escape_for_terminal(descriptor.media_type))
        .member("size", descriptor.size)
        .member("outcome", name_of(outcome));
    const std::lock_guard lock(mutex());
    told_.erase(descriptor.digest);
    write(line_of(json));
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void JsonDisplay::note(std::string_view text) noexcept {
  try {
    JsonWriter json;
    json.begin_object().member("event", "note").member("text", escape_for_terminal(text));
    print(line_of(json));
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

}  // namespace wasm_oci::cli
