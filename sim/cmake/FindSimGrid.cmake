# Finds SimGrid by its pkg-config file, which is all that distributions ship: target SimGrid::SimGrid.
# A SimGrid elsewhere is found through CMAKE_PREFIX_PATH. Its headers need those of Boost.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(simgrid QUIET IMPORTED_TARGET simgrid)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SimGrid
  REQUIRED_VARS simgrid_LINK_LIBRARIES
  VERSION_VAR simgrid_VERSION)

if(SimGrid_FOUND AND NOT TARGET SimGrid::SimGrid)
  add_library(SimGrid::SimGrid INTERFACE IMPORTED)
  target_link_libraries(SimGrid::SimGrid INTERFACE PkgConfig::simgrid)
  if(TARGET Boost::headers)
    target_link_libraries(SimGrid::SimGrid INTERFACE Boost::headers)
  endif()
endif()
