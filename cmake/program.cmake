# The program itself: build/<preset>/tocsin, with libduckdb.so and the geo tables beside it.
if(EXISTS ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
  add_executable(tocsin src/cli/main.cc)
  target_link_libraries(tocsin PRIVATE tocsin_cli tocsin_warnings)
  set_target_properties(tocsin PROPERTIES
    BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN"
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_custom_command(TARGET tocsin POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy_if_different
            ${TOCSIN_DEPS_DIR}/duckdb/libduckdb.so ${CMAKE_BINARY_DIR}/libduckdb.so
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/geo
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${TOCSIN_DEPS_DIR}/geo/country.mmdb
            ${TOCSIN_DEPS_DIR}/geo/asn-ipv4.csv ${TOCSIN_DEPS_DIR}/geo/asn-ipv6.csv
            ${CMAKE_BINARY_DIR}/geo
    VERBATIM)
endif()
