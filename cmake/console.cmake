# web/ into tocsin_console: built once for all presets by tools/dev/web.sh, then embedded.
enable_language(ASM)
file(GLOB_RECURSE console_inputs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/*)
list(APPEND console_inputs
     ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/package.json
     ${CMAKE_SOURCE_DIR}/web/package-lock.json ${CMAKE_SOURCE_DIR}/web/vite.config.ts
     ${CMAKE_SOURCE_DIR}/docs/openapi.json)
list(FILTER console_inputs EXCLUDE REGEX "schema\\.gen\\.ts$|\\.test\\.tsx?$")
set(console_out ${CMAKE_BINARY_DIR}/generated/console)
add_custom_command(
  OUTPUT ${console_out}/console_assets.cc ${console_out}/console_blob.S ${console_out}/console.bin
  COMMAND bash ${CMAKE_SOURCE_DIR}/tools/dev/web.sh
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_console.py
          ${CMAKE_SOURCE_DIR}/build/web/dist ${console_out}
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/dev/web.sh ${CMAKE_SOURCE_DIR}/tools/embed_console.py
          ${console_inputs}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  VERBATIM)
set_source_files_properties(${console_out}/console_blob.S PROPERTIES
                            OBJECT_DEPENDS ${console_out}/console.bin)
target_sources(tocsin_console PRIVATE ${console_out}/console_assets.cc
                                      ${console_out}/console_blob.S)
