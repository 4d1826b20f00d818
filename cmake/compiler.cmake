# Language level and warnings of every target of ours; sanitizers by TOCSIN_SANITIZE.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(TOCSIN_WERROR "Warnings are errors" ON)
option(TOCSIN_FUZZ "Build the fuzz targets (clang)" OFF)
set(TOCSIN_SANITIZE "" CACHE STRING "address;undefined or thread")

find_program(TOCSIN_CCACHE ccache)
if(TOCSIN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros ${TOCSIN_CCACHE})
endif()
find_program(TOCSIN_MOLD mold)
if(TOCSIN_MOLD AND NOT TOCSIN_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()

add_library(tocsin_warnings INTERFACE)
target_compile_options(tocsin_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wextra-semi
  # At -O2, GCC 12 sees null pointers in inlined library headers (CLI11) that are not there.
  $<$<NOT:$<CONFIG:Release>>:-Wnull-dereference>
  $<$<CXX_COMPILER_ID:GNU>:-Wsuggest-override -Wduplicated-cond -Wlogical-op>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${TOCSIN_WERROR}>:-Werror>)

# Paths in __FILE__ are relative: no build leaks where it was made.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(TOCSIN_SANITIZE)
  list(JOIN TOCSIN_SANITIZE "," sanitizers)
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
  if(sanitizers MATCHES "thread")
    # Asio's fences, which TSan does not understand, only repeat what its locks already order.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
  # -Wnull-dereference sees ghosts in instrumented code.
  target_compile_options(tocsin_warnings INTERFACE -Wno-null-dereference
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(TOCSIN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fuse-ld=lld-19)
endif()
