/// \file
/// Functions whose results are the same on every machine; those of the C library are rounded as it likes.
#pragma once

namespace hetsched {

/// Natural logarithm of x > 0.
double portable_log(double x);

/// e^x; nothing is said of it where it overflows.
double portable_exp(double x);

}  // namespace hetsched
