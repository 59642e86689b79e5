# What the build takes from outside: a Debian package first, a pinned download otherwise, and one line that says what
# to install when neither is there.
include(FetchContent)
find_package(Threads REQUIRED)

function(fetch_or_say name debian_package repository tag hash)
  set(archive "https://github.com/${repository}/archive/refs/tags/${tag}.tar.gz")
  # The download is tried by hand first: FetchContent's own failure is a page long.
  set(file "${CMAKE_BINARY_DIR}/${name}-${tag}.tar.gz")
  file(DOWNLOAD "${archive}" "${file}" TIMEOUT 60 STATUS status)
  list(GET status 0 code)
  if(NOT code EQUAL 0)
    file(REMOVE "${file}")
    message(FATAL_ERROR "${name} is missing and could not be downloaded: apt-get install ${debian_package}")
  endif()
  FetchContent_Declare(${name} URL "${file}" URL_HASH SHA256=${hash})
  FetchContent_MakeAvailable(${name})
endfunction()

find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  fetch_or_say(nlohmann_json nlohmann-json3-dev nlohmann/json v3.11.2
    d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
endif()

macro(find_googletest)
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    fetch_or_say(googletest libgtest-dev google/googletest release-1.12.1
      81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2)
    add_library(GTest::gtest_main ALIAS gtest_main)
  endif()
endmacro()

# uv.h belongs to the Node that builds; libuv's ABI has been stable since 1.0, so one binary serves every Node.
function(find_node_headers result)
  execute_process(COMMAND node -p "require('node:path').resolve(process.execPath, '../../include/node')"
    OUTPUT_VARIABLE beside_node OUTPUT_STRIP_TRAILING_WHITESPACE)
  find_path(UV_INCLUDE_DIR uv.h
    HINTS "${beside_node}" "$ENV{npm_config_nodedir}/include/node" /usr/include/node
    PATHS /usr/include)
  if(NOT UV_INCLUDE_DIR)
    message(FATAL_ERROR "uv.h is missing beside this Node (${beside_node}): apt-get install libuv1-dev")
  endif()
  set(${result} "${UV_INCLUDE_DIR}" PARENT_SCOPE)
endfunction()
