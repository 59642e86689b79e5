#include "core/host/cgroup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/host/throttled_time.h"

namespace loopdet {
namespace {

namespace fs = std::filesystem;

// A small file system with just the files that the kernel would show.
class CgroupTest : public testing::Test {
 protected:
  CgroupTest() : root_(testing::TempDir() + "cgroup" + std::to_string(getpid()) + "/") {
    fs::remove_all(root_);
  }
  ~CgroupTest() override { fs::remove_all(root_); }
  void Put(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::string root_;
};

TEST_F(CgroupTest, Version2) {
  Put("proc/self/cgroup", "0::/app.slice\n");
  Put("sys/fs/cgroup/app.slice/cpu.max", "150000 100000\n");
  Put("sys/fs/cgroup/app.slice/cpu.stat",
      "usage_usec 5\nnr_periods 9\nnr_throttled 4\nthrottled_usec 1234\n");
  Put("sys/fs/cgroup/app.slice/memory.max", "268435456\n");
  Put("sys/fs/cgroup/app.slice/memory.current", "1048576\n");
  const Cgroup cgroup(root_);
  EXPECT_DOUBLE_EQ(cgroup.CpuQuota().value(), 1.5);
  EXPECT_EQ(cgroup.ReadThrottled(), 1'234'000);
  EXPECT_EQ(cgroup.MemoryLimitBytes(), 268435456);
  EXPECT_EQ(cgroup.MemoryUsedBytes(), 1048576);
}

TEST_F(CgroupTest, Version1) {
  Put("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n");
  Put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "50000\n");
  Put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000\n");
  Put("sys/fs/cgroup/cpu/docker/abc/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 777\n");
  Put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1073741824\n");
  const Cgroup cgroup(root_);
  EXPECT_DOUBLE_EQ(cgroup.CpuQuota().value(), 0.5);
  EXPECT_EQ(cgroup.ReadThrottled(), 777);
  EXPECT_EQ(cgroup.MemoryLimitBytes(), 1073741824);
}

TEST_F(CgroupTest, IsAskedForThrottledTimeOnlyWhenThreadsHaveWaited) {
  constexpr MonoNanos kMs = 1'000'000;
  const auto put = [this](const std::string& microseconds) {
    Put("sys/fs/cgroup/cpu.stat", "nr_throttled 1\nthrottled_usec " + microseconds + "\n");
  };
  Put("proc/self/cgroup", "0::/\n");
  Put("sys/fs/cgroup/cpu.max", "50000 100000\n");
  put("1000");
  const Cgroup cgroup(root_);
  ThrottledTime throttled(cgroup);
  EXPECT_EQ(throttled.At(0), 1 * kMs);  // of the group's others, before this process began
  put("2000");
  EXPECT_EQ(throttled.At(kMs / 10), 1 * kMs);
  EXPECT_EQ(throttled.At(60 * kMs), 2 * kMs);
  put("3000");
  EXPECT_EQ(throttled.At(60 * kMs), 2 * kMs);
  EXPECT_EQ(throttled.At(20 * kMs), 3 * kMs);  // a thread has ended
}

TEST_F(CgroupTest, InAContainerTheMountPointIsTheGroup) {
  Put("proc/self/cgroup", "0::/system.slice/docker-of-the-host.scope\n");
  Put("sys/fs/cgroup/cpu.max", "200000 100000\n");
  Put("sys/fs/cgroup/cpu.stat", "throttled_usec 7\n");
  Put("sys/fs/cgroup/memory.max", "max\n");
  const Cgroup cgroup(root_);
  EXPECT_DOUBLE_EQ(cgroup.CpuQuota().value(), 2);
  EXPECT_EQ(cgroup.ReadThrottled(), 7000);
  EXPECT_FALSE(cgroup.MemoryLimitBytes());
}

TEST_F(CgroupTest, NoLimitsAreNull) {
  Put("proc/self/cgroup", "4:memory:/\n3:cpu,cpuacct:/\n");
  Put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  Put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  Put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const auto json = Cgroup(root_).ToJson();
  EXPECT_TRUE(json["memoryLimitBytes"].is_null());
  EXPECT_TRUE(json["cpuQuota"].is_null());
}

TEST_F(CgroupTest, AMachineWithoutCgroupsHasNoLimits) {
  const Cgroup cgroup(root_);
  EXPECT_FALSE(cgroup.CpuQuota());
  EXPECT_EQ(cgroup.ReadThrottled(), 0);
  EXPECT_FALSE(cgroup.MemoryLimitBytes());
}

TEST(AvailableMemory, IsKnownOnThisMachine) {
  EXPECT_GT(AvailableMemoryBytes(Cgroup()).value_or(0), 0);
}

}  // namespace
}  // namespace loopdet
