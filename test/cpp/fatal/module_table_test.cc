#include "core/fatal/module_table.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace loopdet {
namespace {

TEST(ModuleTableTest, FindsTheModuleAndThePlaceInIt) {
  const ModuleTable table({{0x7000, 0x8000, 0x6000, "/lib/b.so"}, {0x1000, 0x2000, 0, "/bin/a"}});
  EXPECT_EQ(table.Find(0x1000).module, "\"/bin/a\"");
  EXPECT_EQ(table.Find(0x1abc).offset, 0x1abcU);
  EXPECT_EQ(table.Find(0x7fff).module, "\"/lib/b.so\"");
  EXPECT_EQ(table.Find(0x7fff).offset, 0x1fffU);
}

TEST(ModuleTableTest, WhatLiesBetweenModulesIsNoModules) {
  const ModuleTable table({{0x1000, 0x2000, 0, "/bin/a"}, {0x7000, 0x8000, 0x6000, "/lib/b.so"}});
  for (const std::uintptr_t address : {0x0, 0xfff, 0x2000, 0x6fff, 0x8000}) {
    EXPECT_EQ(table.Find(address).module, "") << address;
  }
  EXPECT_EQ(ModuleTable().Find(0x1000).module, "");
}

TEST(ModuleTableTest, APathIsJsonAndBounded) {
  const ModuleTable table({{1, 2, 0, "/a \"b\"\xff"}, {3, 4, 0, "/" + std::string(5000, 'x') + "/end.so"}});
  EXPECT_EQ(nlohmann::json::parse(table.Find(1).module), "/a \"b\"\xef\xbf\xbd");
  const auto path = nlohmann::json::parse(table.Find(3).module).get<std::string>();
  EXPECT_LT(path.size(), 250U);
  EXPECT_TRUE(path.ends_with("/end.so"));
}

TEST(ModuleTableTest, KnowsThisProcess) {
  const ModuleTable table = ModuleTable::Read();
  const auto own = table.Find(reinterpret_cast<std::uintptr_t>(&ModuleTable::Read));
  EXPECT_EQ(nlohmann::json::parse(own.module), std::filesystem::read_symlink("/proc/self/exe").string());
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&std::abort), &info), 0);
  const auto library = reinterpret_cast<std::uintptr_t>(dlsym(RTLD_DEFAULT, "abort"));
  ASSERT_NE(dladdr(reinterpret_cast<void*>(library), &info), 0);
  EXPECT_EQ(table.Find(library).offset, library - reinterpret_cast<std::uintptr_t>(info.dli_fbase));
  int on_stack = 0;
  EXPECT_EQ(table.Find(reinterpret_cast<std::uintptr_t>(&on_stack)).module, "");
}

TEST(ModuleTableTest, AnUnchangedProcessIsSeenToBeSo) {
  EXPECT_EQ(ModuleTable::Changes(), ModuleTable::Changes());
}

}  // namespace
}  // namespace loopdet
