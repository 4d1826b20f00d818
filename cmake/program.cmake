# The program itself: build/<preset>/tocsin, with libduckdb.so and the geo tables beside it.
if(EXISTS ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
  add_executable(tocsin src/cli/main.cc)
  target_link_libraries(tocsin PRIVATE tocsin_cli tocsin_warnings)
  set_target_properties(tocsin PROPERTIES
    BUILD_RPATH "$ORIGIN" BUILD_RPATH_USE_ORIGIN ON INSTALL_RPATH "$ORIGIN"
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_custom_command(TARGET tocsin POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy_if_different
            ${TOCSIN_DEPS_DIR}/duckdb/libduckdb.so ${CMAKE_BINARY_DIR}/libduckdb.so
    COMMAND ${CMAKE_COMMAND} -E copy_directory_if_different
            ${TOCSIN_DEPS_DIR}/geo ${CMAKE_BINARY_DIR}/geo
    VERBATIM)
endif()
