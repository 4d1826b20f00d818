# bench/*_bench.cc: one Google Benchmark program each, in release builds; ./dev bench runs them.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*_bench.cc)
  foreach(bench ${benches})
    get_filename_component(target ${bench} NAME_WE)
    add_executable(${target} EXCLUDE_FROM_ALL ${bench})
    target_link_libraries(${target} PRIVATE tocsin_cli tocsin_warnings mimalloc
                          benchmark::benchmark)
    target_compile_definitions(${target} PRIVATE TOCSIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_target_properties(${target} PROPERTIES BUILD_RPATH_USE_ORIGIN OFF)
    list(APPEND bench_targets ${target})
  endforeach()
  add_custom_target(benches DEPENDS ${bench_targets})
endif()

# What bench/end_to_end.py sends with; a program of its own so that it can load any server.
add_executable(load_generator EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/load_generator.cc
               ${CMAKE_SOURCE_DIR}/bench/access_log_corpus.cc)
target_link_libraries(load_generator PRIVATE tocsin_base tocsin_warnings CLI11::CLI11 CURL::libcurl)

# The Numenta Anomaly Benchmark; prints scores, not times.
add_executable(nab EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/nab.cc)
target_link_libraries(nab PRIVATE tocsin_detect tocsin_warnings PkgConfig::simdjson)
