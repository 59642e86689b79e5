#include "core/events/event_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

namespace loopdet {
namespace {

// Listens on a path of its own, and reads what comes.
class EventSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("loopdet-events-" + std::to_string(getpid()));
    std::filesystem::remove(path_);
    listening_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listening_.get(), 4), 0);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  UniqueFd Accept() { return UniqueFd(accept(listening_.get(), nullptr, nullptr)); }

  std::filesystem::path path_;
  UniqueFd listening_;
};

TEST_F(EventSocketTest, SendsLines) {
  EventSocket socket;
  EXPECT_FALSE(socket.connected());
  ASSERT_TRUE(socket.Connect(path_).ok());
  const UniqueFd peer = Accept();
  socket.Send("{\"event\":\"lag\"}");
  socket.Send("two");
  char text[64] = {};
  ASSERT_GT(recv(peer.get(), text, 20, MSG_WAITALL), 0);
  EXPECT_STREQ(text, "{\"event\":\"lag\"}\ntwo\n");
}

TEST_F(EventSocketTest, ForgetsAListenerThatIsGone) {
  EventSocket socket;
  ASSERT_TRUE(socket.Connect(path_).ok());
  Accept().Reset();
  for (int i = 0; i < 3; ++i) socket.Send("nobody hears");
  EXPECT_FALSE(socket.connected());
}

TEST_F(EventSocketTest, OneThatWantsNoMoreStillHearsTheLastWord) {
  EventSocket socket;
  EXPECT_FALSE(socket.TakeGone());
  ASSERT_TRUE(socket.Connect(path_).ok());
  const UniqueFd peer = Accept();
  EXPECT_FALSE(socket.TakeGone());
  shutdown(peer.get(), SHUT_WR);
  EXPECT_TRUE(socket.TakeGone());
  socket.Send("last");
  char text[16] = {};
  EXPECT_EQ(recv(peer.get(), text, 5, MSG_WAITALL), 5);
  EXPECT_FALSE(socket.TakeGone());
  EXPECT_EQ(recv(peer.get(), text, 1, 0), 0);
}

TEST_F(EventSocketTest, HasOneListenerAtATime) {
  EventSocket socket;
  ASSERT_TRUE(socket.Connect(path_).ok());
  UniqueFd peer = Accept();
  // Each thread of a process connects.
  EXPECT_TRUE(socket.Connect(path_).ok());
  EXPECT_EQ(socket.Connect("/another").message(), "somebody listens already");
  peer.Reset();
  EXPECT_TRUE(socket.TakeGone());
  EXPECT_TRUE(socket.Connect(path_).ok());
  EXPECT_TRUE(socket.connected());
}

TEST_F(EventSocketTest, DoesNotWaitForOneThatSleeps) {
  EventSocket socket;
  ASSERT_TRUE(socket.Connect(path_).ok());
  const UniqueFd peer = Accept();
  const std::string large(100'000, 'x');
  for (int i = 0; i < 100 && socket.connected(); ++i) socket.Send(large);
  EXPECT_FALSE(socket.connected());
}

TEST_F(EventSocketTest, SaysWhyItCannotConnect) {
  EventSocket socket;
  EXPECT_NE(socket.Connect("/nowhere/at/all").message().find("nobody listens on /nowhere"),
            std::string::npos);
  EXPECT_FALSE(socket.Connect(std::string(200, 'x')).ok());
  EXPECT_FALSE(socket.connected());
}

}  // namespace
}  // namespace loopdet
