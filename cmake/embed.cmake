# rules/**/*.yml, playbooks/*.yml and dashboards/*.json into tocsin_shipped, again whenever one of them changes.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB_RECURSE shipped_inputs CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/rules/*.yml ${CMAKE_SOURCE_DIR}/playbooks/*.yml
     ${CMAKE_SOURCE_DIR}/dashboards/*.json)
set(shipped_source ${CMAKE_BINARY_DIR}/generated/shipped_embedded.cc)
add_custom_command(
  OUTPUT ${shipped_source}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py
          ${CMAKE_SOURCE_DIR}/rules ${shipped_source}
          --also ${CMAKE_SOURCE_DIR}/playbooks --also ${CMAKE_SOURCE_DIR}/dashboards
          --suffix .yml --suffix .json
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/embed.py ${shipped_inputs}
  VERBATIM)
target_sources(tocsin_shipped PRIVATE ${shipped_source})
