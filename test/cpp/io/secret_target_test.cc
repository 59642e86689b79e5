#include "core/io/secret_target.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

TEST(SecretTarget, KeepsWhatIsNone) {
  for (const char* target :
       {"", "/", "api.example.com/users/17", "/srv/app/node_modules/sk-learn/index.js", "a//b",
        "127.0.0.1:8080", "/data/4f9d1c7e-2b7a-4e55-9a3c-0d1f2e3a4b5c", "/tmp/eyJ.a", "\xFF\xFE"}) {
    EXPECT_EQ(WithoutSecrets(target), target);
  }
}

TEST(SecretTarget, CutsTheWordAndKeepsTheRest) {
  EXPECT_EQ(WithoutSecrets("api.example.com/keys/sk_live_4eC39HqLyjWDarjtT1zdp7dc/use"),
            "api.example.com/keys/[redacted]/use");
  EXPECT_EQ(WithoutSecrets("/bot/ghp_0123456789abcdefghijklmnopqrstuvwxyz"), "/bot/[redacted]");
  EXPECT_EQ(WithoutSecrets("h/AKIAIOSFODNN7EXAMPLE"), "h/[redacted]");
  EXPECT_EQ(WithoutSecrets("/verify/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
            "/verify/[redacted]");
}

// A slot holds no more than its first characters.
TEST(SecretTarget, CutsOneWhoseEndIsCut) {
  EXPECT_EQ(WithoutSecrets("/verify/eyJhbGciOiJIUzI1NiJ9.eyJzdWI"), "/verify/[redacted]");
  EXPECT_EQ(WithoutSecrets("/b/xoxb-1234567890"), "/b/[redacted]");
}

}  // namespace
}  // namespace loopdet
