#include "base/student_t.hpp"

#include <boost/math/distributions/students_t.hpp>

#include "base/errors.hpp"

namespace hetsched {

double t_quantile(unsigned degrees, double confidence) {
  HETSCHED_ASSERT(degrees >= 1, "a t distribution needs a degree of freedom");
  return boost::math::quantile(boost::math::students_t(degrees), 0.5 + confidence / 2);
}

double t_975(unsigned degrees) { return t_quantile(degrees, 0.95); }

}  // namespace hetsched
