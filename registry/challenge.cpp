#include "registry/challenge.hpp"

#include "oci/text.hpp"

#include <algorithm>
#include <iterator>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxHeader = 16UL * 1024;
constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxParameters = 32;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_token(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token68(char c) { return is_alphanumeric(c) || std::string_view("-._~+/").find(c) != std::string_view::npos; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_text(char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t'; }
// "realm=https://host:1/x" has no quotes although it needs them.
bool is_unquoted(char c) { return is_text(c) && !is_blank(c) && c != ',' && c != '"' && c != '\\'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Challenge> parse() {
    std::vector<Challenge> challenges;
    skip_separators();
    while (!at_end() && challenges.size() < kMaxChallenges) {
      auto challenge = parse_challenge();
      if (!challenge) {
        break;
      }
      challenges.push_back(std::move(*challenge));
    }
    return challenges;
  }

 private:
  bool at_end() const { return position_ == text_.size(); }
  bool at(char c) const { return !at_end() && text_[position_] == c; }

  std::string_view take_while(bool (*accepts)(char)) {
    const std::size_t start = position_;
    while (!at_end() && accepts(text_[position_])) {
      ++position_;
    }
    return text_.substr(start, position_ - start);
  }
  void skip_blanks() { take_while(is_blank); }
  void skip_separators() {
    take_while([](char c) { return is_blank(c) || c == ','; });
  }
  // Behind an element of a list: at the next element. False where something else follows.
  bool end_element() {
    skip_blanks();
    if (!at_end() && !at(',')) {
      return false;
    }
    skip_separators();
    return true;
  }

  std::optional<Challenge> parse_challenge() {
    Challenge challenge{.scheme = to_lower(take_while(is_token)), .parameters = {}, .token68 = {}};
    if (challenge.scheme.empty()) {
      return std::nullopt;
    }
    const bool has_blank = !at_end() && is_blank(text_[position_]);
    skip_blanks();
    if (at_end() || at(',')) {
      skip_separators();
      return challenge;
    }
    if (!has_blank) {
      return std::nullopt;
    }
    if (take_token68(challenge.token68)) {
      return challenge;
    }
    while (!at_end()) {
      const std::size_t start = position_;
      const std::string name = to_lower(take_while(is_token));
      skip_blanks();
      if (!at('=')) {
        position_ = start;  // not a parameter: after a comma, the scheme of the next challenge
        break;
      }
      ++position_;
      skip_blanks();
      auto value = take_value();
      if (name.empty() || !value || challenge.get(name) || challenge.parameters.size() == kMaxParameters ||
          !end_element()) {
        return std::nullopt;
      }
      challenge.parameters.emplace_back(name, std::move(*value));
    }
    // Without a single parameter what follows the scheme is neither token68 nor a parameter.
    return challenge.parameters.empty() ? std::nullopt : std::optional(std::move(challenge));
  }

  // A token68 stands alone between the scheme and a comma or the end.
  bool take_token68(std::string& token) {
    const std::size_t start = position_;
    take_while(is_token68);
    const std::size_t end_of_characters = position_;
    take_while([](char c) { return c == '='; });
    const std::size_t end = position_;
    if (end_of_characters > start && end_element()) {
      token = text_.substr(start, end - start);
      return true;
    }
    position_ = start;
    return false;
  }

  std::optional<std::string> take_value() {
    if (!at('"')) {
      return std::string(take_while(is_unquoted));
    }
    std::string value;
    for (++position_; !at_end() && is_text(text_[position_]); ++position_) {
      if (at('"')) {
        ++position_;
        return value;
      }
      if (at('\\')) {
        ++position_;
        if (at_end() || !is_text(text_[position_])) {
          break;
        }
      }
      value += text_[position_];
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

std::optional<std::string> Challenge::get(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  return found == parameters.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Challenge> parse_challenges(std::string_view header) {
  return header.size() > kMaxHeader ? std::vector<Challenge>() : Parser(header).parse();
}

std::vector<Challenge> parse_challenges(std::span<const std::string> headers) {
  std::vector<Challenge> challenges;
  for (const std::string& header : headers.first(std::min(headers.size(), kMaxChallenges))) {
    std::ranges::move(parse_challenges(header), std::back_inserter(challenges));
  }
  return challenges;
}

std::optional<Challenge> choose_challenge(std::span<const Challenge> challenges) {
  for (const Challenge& challenge : challenges) {
    if (challenge.scheme == "bearer" && !challenge.get("realm").value_or("").empty()) {
      return challenge;
    }
  }
  const auto basic = std::ranges::find(challenges, "basic", &Challenge::scheme);
  return basic == challenges.end() ? std::nullopt : std::optional(*basic);
}

}  // namespace wasm_oci
