#include "cli/output.hpp"
#include "cli/validation_print.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace wasm_oci::cli {
namespace {

std::string names(const std::vector<std::string_view>& clients) {
  std::string text;
  for (const std::string_view client : clients) {
    text.append(text.empty() ? "" : ", ").append(client);
  }
  return text;
}

class TextPrinter final : public ValidationPrinter {
 public:
  TextPrinter(const Context& context, Severity threshold) : context_(context), threshold_(threshold) {}

  void add(const LocationReport& report) override {
    SeverityCounts counts;
    counts.add(report);
    total_.add(report);
    ++locations_;
    std::ranges::transform(report.hints, std::inserter(hints_, hints_.end()), &Hint::rule);
    if (is_worth_telling(report)) {
      // Nothing was asked for a client there.
      const std::string whom = report.is_unknown && !counts.any()
                                   ? "; of an artifact that is not known only digests and sizes are judged"
                                   : " for " + names(report.clients);
      print_line(context_, (report.digest ? with_digest(report.name, *report.digest) : report.name) + ": " +
                               to_string(counts) + whom);
    }
    for (const ReportedNode& node : report.nodes) {
      if (std::ranges::any_of(node.findings,
                              [&](const ReportedFinding& finding) { return is_worth_telling(finding); })) {
        print_node(report, node);
      }
    }
  }

  void finish(bool /*is_whole*/) override {
    if (locations_ > 1 && !context_.options.quiet) {
      print_line(context_, std::to_string(locations_) + " locations: " + to_string(total_));
    }
    for (const Rule* const rule : hints_) {
      print_note(context_, "hint: " + std::string(rule->fix) + " (" + std::string(rule->id) + ")");
    }
  }

 private:
  bool is_worth_telling(const ReportedFinding& finding) const {
    return !context_.options.quiet || finding.severity >= threshold_;
  }

  bool is_worth_telling(const LocationReport& report) const {
    return !context_.options.quiet || reaches(report, threshold_);
  }

  void print_node(const LocationReport& report, const ReportedNode& node) {
    if (node.digest && node.digest != report.digest) {
      print_line(context_, "  " + (node.platform ? excerpt(format_all(*node.platform), 60) + " " : std::string()) +
                               node.digest->str());
    }
    for (const ReportedFinding& finding : node.findings) {
      if (is_worth_telling(finding)) {
        print_finding(finding, report.clients.size());
      }
    }
  }

  // `asked`: for how many clients it is judged.
  void print_finding(const ReportedFinding& finding, std::size_t asked) {
    std::string line = "    ";
    line.append(to_string(finding.severity)).append(" ").append(finding.rule->id).append(": ").append(finding.message);
    if (finding.clients.size() < asked) {
      line.append(" (for ").append(names(finding.clients)).append(")");
    }
    print_line(context_, line);
    const bool is_told = finding.path.starts_with('/') && finding.message.contains(finding.path);
    if (!finding.path.empty() && !is_told) {
      print_line(context_, "      at " + place_of(finding.path, finding.entry));
    }
    print_line(context_, "      fix: " + std::string(finding.rule->fix));
  }

  const Context& context_;
  Severity threshold_;
  SeverityCounts total_;
  std::size_t locations_ = 0;
  std::set<const Rule*> hints_;  // each is told once, whatever it is about and for whom
};

// Commands of GitHub's runners: "::error title=T::MESSAGE", with what would end them escaped as they say.
std::string for_github(std::string_view text, bool is_property) {
  std::string escaped;
  for (const char c : escape_for_terminal(text)) {
    if (c == '%' || (is_property && (c == ':' || c == ','))) {
      escaped += c == '%' ? "%25" : c == ':' ? "%3A" : "%2C";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

class GithubPrinter final : public ValidationPrinter {
 public:
  explicit GithubPrinter(const Context& context) : context_(context) {}

  void add(const LocationReport& report) override {
    for (const ReportedNode& node : report.nodes) {
      for (const ReportedFinding& finding : node.findings) {
        const std::string_view level = finding.severity == Severity::info ? "notice" : to_string(finding.severity);
        const std::string title = std::string(finding.rule->id) + " " + std::string(finding.rule->name);
        std::string line = "::";
        line.append(level).append(" title=").append(for_github(title, true)).append("::");
        line.append(for_github(sentence_of(report, node, finding), false)).append("\n");
        print_text(context_, line);
      }
    }
  }

  void finish(bool /*is_whole*/) override {}

 private:
  const Context& context_;
};

}  // namespace

std::unique_ptr<ValidationPrinter> make_text_printer(const Context& context, Severity threshold) {
  return std::make_unique<TextPrinter>(context, threshold);
}

std::unique_ptr<ValidationPrinter> make_github_printer(const Context& context) {
  return std::make_unique<GithubPrinter>(context);
}

}  // namespace wasm_oci::cli
