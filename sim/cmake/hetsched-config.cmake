# Installed as the package hetsched.
include(${CMAKE_CURRENT_LIST_DIR}/hetsched-targets.cmake)

# hetsched_add_policy(<name> <sources>...): a plugin, <name>.so in the build folder, out of sources one of which holds
# HETSCHED_PLUGIN. Without fused multiply-add, as in the program: results must not depend on the processor.
function(hetsched_add_policy name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE hetsched::policy_api)
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_compile_options(${name} PRIVATE -ffp-contract=off)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX .so
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
