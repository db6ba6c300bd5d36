#include "cli/output.hpp"
#include "cli/spool.hpp"
#include "cli/validation_print.hpp"
#include "oci/json/writer.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci::cli {
namespace {

std::vector<std::string> as_strings(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

void write_digest(JsonWriter& json, const std::optional<Digest>& digest) {
  json.key("digest");
  if (digest) {
    json.value(digest->str());
  } else {
    json.null();
  }
}

void write_platform(JsonWriter& json, const std::optional<Platform>& platform) {
  json.key("platform");
  if (platform) {
    json.value(format_all(*platform));
  } else {
    json.null();
  }
}

// What a printer writes as JSON, to be printed when it is known that nothing failed.
class Pending {
 public:
  JsonWriter& json() { return json_; }

  void print(const Context& context) {
    std::move(json_).finish();
    text_.write(as_bytes("\n"));
    context.display.aside([&] { text_.copy_to(context.out); });
  }

 private:
  Spool text_;
  JsonWriter json_{JsonStyle::pretty, text_};
};

class JsonPrinter final : public ValidationPrinter {
 public:
  explicit JsonPrinter(const Context& context) : context_(context) {
    json_.begin_object().key("findings").begin_array();
  }

  void add(const LocationReport& report) override {
    counts_.add(report);
    hints_.insert(report.hints.begin(), report.hints.end());
    for (const ReportedNode& node : report.nodes) {
      for (const ReportedFinding& finding : node.findings) {
        write_finding(report, node, finding);
      }
    }
  }

  void finish(bool is_whole) override {
    if (!is_whole) {
      return;
    }
    json_.end_array().key("summary").begin_object();
    json_.member("errors", counts_.errors).member("warnings", counts_.warnings).member("infos", counts_.infos);
    json_.end_object();
    write_hints();
    json_.end_object();
    pending_.print(context_);
  }

 private:
  void write_hints() {
    json_.key("hints").begin_array();
    for (const Hint& hint : hints_) {
      json_.begin_object().member("rule", hint.rule->id).member("name", hint.rule->name);
      json_.member("client", hint.client).member("message", hint.rule->fix);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_finding(const LocationReport& report, const ReportedNode& node, const ReportedFinding& finding) {
    json_.begin_object().member("rule", finding.rule->id).member("name", finding.rule->name);
    json_.member("severity", to_string(finding.severity)).member("clients", as_strings(finding.clients));
    json_.member("location", report.name);
    write_digest(json_, finding.digest);
    if (node.platform) {
      json_.member("platform", format_all(*node.platform));
    }
    json_.member("path", finding.path);
    if (finding.entry) {
      json_.key("entry").begin_object();
      write_digest(json_, finding.entry->digest);
      write_platform(json_, finding.entry->platform);
      json_.end_object();
    }
    json_.member("message", finding.message).member("fix", finding.rule->fix);
    json_.end_object();
  }

  const Context& context_;
  Pending pending_;
  JsonWriter& json_ = pending_.json();
  SeverityCounts counts_;
  std::set<Hint> hints_;  // each is told once, whatever it is about
};

// SARIF 2.1.0 (OASIS): what code scanning reads.
class SarifPrinter final : public ValidationPrinter {
 public:
  explicit SarifPrinter(const Context& context) : context_(context) {
    json_.begin_object()
        .member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
        .member("version", "2.1.0")
        .key("runs")
        .begin_array()
        .begin_object();
    write_tool();
    json_.key("results").begin_array();
  }

  void add(const LocationReport& report) override {
    for (const ReportedNode& node : report.nodes) {
      for (const ReportedFinding& finding : node.findings) {
        write_result(report, node, finding);
      }
    }
  }

  void finish(bool is_whole) override {
    if (is_whole) {
      json_.end_array().end_object().end_array().end_object();
      pending_.print(context_);
    }
  }

 private:
  static std::string_view level(Severity severity) { return severity == Severity::info ? "note" : to_string(severity); }

  void write_text(std::string_view key, std::string_view text) {
    json_.key(key).begin_object().member("text", text).end_object();
  }

  void write_tool() {
    json_.key("tool").begin_object().key("driver").begin_object();
    json_.member("name", "wasm-oci").member("version", WASM_OCI_VERSION).key("rules").begin_array();
    for (const Rule* const rule : all_rules()) {
      if (is_hint(*rule)) {
        continue;  // they are the last ones, so that positions stay
      }
      json_.begin_object().member("id", rule->id).member("name", rule->name);
      write_text("shortDescription", rule->checks);
      write_text("fullDescription", rule->why);
      write_text("help", rule->fix);
      json_.end_object();
    }
    json_.end_array().end_object().end_object();
  }

  void write_result(const LocationReport& report, const ReportedNode& node, const ReportedFinding& finding) {
    const auto position = std::ranges::find(all_rules(), finding.rule) - all_rules().begin();
    const std::string document = finding.digest ? finding.digest->str() : report.name;
    json_.begin_object().member("ruleId", finding.rule->id).member("ruleIndex", position);
    json_.member("level", level(finding.severity));
    write_text("message", sentence_of(report, node, finding));
    json_.key("locations").begin_array().begin_object();
    json_.key("physicalLocation").begin_object().key("artifactLocation").begin_object();
    json_.member("uri", report.uri).end_object().end_object();
    json_.key("logicalLocations").begin_array().begin_object();
    json_.member("fullyQualifiedName", document + (finding.path.empty() ? "" : "#" + finding.path)).end_object();
    json_.end_array().end_object().end_array();
    // What is the same finding in the next run.
    json_.key("partialFingerprints").begin_object();
    json_.member("finding/v1", digest_of(std::string(finding.rule->id) + "\n" + report.name + "\n" +
                                         (node.platform ? format_all(*node.platform) : "") + "\n" + finding.path)
                                   .hex());
    json_.end_object().end_object();
  }

  const Context& context_;
  Pending pending_;
  JsonWriter& json_ = pending_.json();
};

}  // namespace

std::unique_ptr<ValidationPrinter> make_json_printer(const Context& context) {
  return std::make_unique<JsonPrinter>(context);
}

std::unique_ptr<ValidationPrinter> make_sarif_printer(const Context& context) {
  return std::make_unique<SarifPrinter>(context);
}

}  // namespace wasm_oci::cli
