#include "core/io/secret_target.h"

#include <algorithm>
#include <cstddef>

namespace loopdet {

namespace {

constexpr std::string_view kCut = "[redacted]";

// A word is one if it starts like this and has at least so many characters more.
struct Kind {
  std::string_view prefix;
  std::size_t least;
};
constexpr Kind kKinds[] = {
    {"AKIA", 16},     {"ASIA", 16},     {"ABIA", 16},        {"ACCA", 16},     {"AIza", 35},
    {"ya29.", 20},    {"GOCSPX-", 20},  {"ghp_", 20},        {"gho_", 20},     {"ghu_", 20},
    {"ghs_", 20},     {"ghr_", 20},     {"glpat-", 20},      {"xoxa-", 10},    {"xoxb-", 10},
    {"xoxe-", 10},    {"xoxo-", 10},    {"xoxp-", 10},       {"xoxr-", 10},    {"xoxs-", 10},
    {"pk_live_", 16}, {"pk_test_", 16}, {"rk_live_", 16},    {"rk_test_", 16}, {"sk_live_", 16},
    {"sk_test_", 16}, {"npm_", 36},     {"github_pat_", 20}, {"sk-", 20},
};

bool IsOfWord(char one) {
  return (one >= '0' && one <= '9') || (one >= 'A' && one <= 'Z') || (one >= 'a' && one <= 'z') ||
         one == '_' || one == '-' || one == '.';
}

// A header and a payload, each the base64 of a text that starts with {".
bool IsJsonWebToken(std::string_view word) {
  const std::size_t dot = word.find('.');
  return word.starts_with("eyJ") && dot != std::string_view::npos && dot >= 9 && word.size() - dot > 6;
}

bool IsSecret(std::string_view word) {
  return IsJsonWebToken(word) || std::any_of(std::begin(kKinds), std::end(kKinds), [word](const Kind& kind) {
           return word.starts_with(kind.prefix) && word.size() >= kind.prefix.size() + kind.least;
         });
}

}  // namespace

std::string WithoutSecrets(std::string_view target) {
  std::string result;
  std::size_t at = 0;
  while (at < target.size()) {
    const auto* const begin = target.begin() + at;
    const auto length = static_cast<std::size_t>(std::find_if_not(begin, target.end(), IsOfWord) - begin);
    const std::string_view word = target.substr(at, length);
    result += IsSecret(word) ? kCut : word;
    at += length;
    if (at < target.size()) result += target[at++];
  }
  return result;
}

}  // namespace loopdet
