# Everything that ./dev setup installs, found once. docs/dependencies.md says why each is there.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(mimalloc REQUIRED)

# One imported target a library: PkgConfig::libzstd and so on.
foreach(name libzstd libxxhash sqlite3 simdjson libsodium libmaxminddb libfyaml libpcre2-8 libhs
             libnftables ldns)
  pkg_check_modules(${name} REQUIRED QUIET IMPORTED_TARGET ${name})
endforeach()

# Debian's SOCI ships CMake files; the names suffice.
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
add_library(soci INTERFACE)
target_link_libraries(soci INTERFACE ${SOCI_SQLITE3} ${SOCI_CORE} PkgConfig::sqlite3)
if("${TOCSIN_SANITIZE}" MATCHES "undefined")
  # SOCI's library hides type information that the vptr check would link against.
  target_compile_options(soci INTERFACE -fno-sanitize=vptr)
endif()

# DuckDB: libduckdb.so and duckdb.h, put there by ./dev setup (tools/setup/npm.sh).
set(TOCSIN_DEPS_DIR ${CMAKE_SOURCE_DIR}/build/deps CACHE PATH "What ./dev setup fetched from npm")
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${TOCSIN_DEPS_DIR}/duckdb/libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES ${TOCSIN_DEPS_DIR}/duckdb/include)
