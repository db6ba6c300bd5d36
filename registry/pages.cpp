#include "registry/pages.hpp"

#include "oci/error.hpp"
#include "registry/manifest_response.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace wasm_oci {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool equals(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

// Whether a link's parameters, `; rel="next"; …`, have rel=next. A value may be a list of words.
bool is_next(std::string_view parameters) {
  while (!parameters.empty()) {
    parameters.remove_prefix(std::min(parameters.find(';') + 1, parameters.size()));
    const std::string_view parameter = parameters.substr(0, parameters.find(';'));
    parameters.remove_prefix(parameter.size());
    const std::size_t equal = parameter.find('=');
    if (equal == std::string_view::npos || !equals(trim(parameter.substr(0, equal)), "rel")) {
      continue;
    }
    std::string_view words = trim(parameter.substr(equal + 1));
    if (words.size() >= 2 && words.starts_with('"') && words.ends_with('"')) {
      words = words.substr(1, words.size() - 2);
    }
    while (!words.empty()) {
      const std::string_view word = words.substr(0, words.find(' '));
      if (equals(word, "next")) {
        return true;
      }
      words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
  }
  return false;
}

}  // namespace

std::string next_link(const std::vector<std::string>& headers) {
  for (const std::string& header : headers) {
    std::string_view rest = header;
    while (!rest.empty()) {
      rest.remove_prefix(std::min(rest.find('<'), rest.size()));
      const std::size_t end = rest.find('>');
      if (end == std::string_view::npos) {
        break;
      }
      const std::string_view target = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
      // Targets may hold commas, so a link ends at the comma before the next "<", not at the first one.
      std::string_view parameters = rest.substr(0, rest.find('<'));
      if (parameters.size() < rest.size()) {
        parameters = parameters.substr(0, parameters.rfind(','));
      }
      if (is_next(parameters)) {
        return std::string(target);
      }
    }
  }
  return {};
}

std::optional<ErrorResponse> read_pages(RegistryClient& client, RegistryRequest request, const PageLimits& limits,
                                        const std::function<void(const std::string& page)>& read) {
  std::set<std::string> seen;
  while (true) {
    HttpResponse response;
    std::string page;
    std::optional<ErrorResponse> refusal;
    client.retrying([&] {
      response = client.send_once(request);
      if (response.status != 200) {
        refusal = read_error(response);
        return;
      }
      check_is_content(request.what, response);
      page = read_all(*response.body, limits.page_bytes);
    });
    if (refusal && seen.empty()) {
      return refusal;
    }
    if (refusal) {
      throw_error(request.what, *refusal);
    }
    try {
      read(page);
      const std::string next = next_link(response.headers.all("Link"));
      if (next.empty()) {
        return std::nullopt;
      }
      const Url here = client.url_of(request);
      request.url = here.resolve(next);
      if (!request.url || request.url->origin() != here.origin()) {
        throw ContentError("the next page is at another place than the registry");
      }
      if (!seen.insert(request.url->str()).second || seen.size() == limits.pages) {
        throw ContentError("the pages of the list never end");
      }
    } catch (ContentError& error) {
      error.add_context(request.what);
      throw;
    }
  }
}

}  // namespace wasm_oci
