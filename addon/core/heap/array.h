#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace loopdet::heap {

// Leaves new elements as they are. What is filled anyway need not be written twice, and whoever fills it
// takes the page faults: of large arrays a third of the time.
template <typename T>
class Uninitialized : public std::allocator<T> {
 public:
  template <typename U>
  struct rebind {
    using other = Uninitialized<U>;
  };
  static_assert(std::is_trivially_destructible_v<T>);
  template <typename U, typename... Arguments>
  void construct(U* at, Arguments&&... arguments) {
    if constexpr (sizeof...(Arguments) == 0) {
      ::new (static_cast<void*>(at)) U;
    } else {
      ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
    }
  }
};

// A vector whose resize() does not set what it adds.
template <typename T>
using Array = std::vector<T, Uninitialized<T>>;

}  // namespace loopdet::heap
