# The CMake package, for policies outside this tree: find_package(hetsched) gives
#   hetsched::policy_api   the public headers
#   hetsched::hetsched     the program
#   hetsched_add_policy()  see hetsched-config.cmake
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/hetsched)
install(TARGETS hetsched_policy_api EXPORT hetsched)
install(EXPORT hetsched NAMESPACE hetsched:: FILE hetsched-targets.cmake DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/hetsched-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/hetsched-config.cmake ${PROJECT_BINARY_DIR}/generated/hetsched-config-version.cmake
  DESTINATION ${package})
