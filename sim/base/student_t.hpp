/// \file
/// Quantiles of Student's t distribution, for confidence intervals of means.
#pragma once

namespace hetsched {

/// Half width of the two-sided interval of that confidence, in (0, 1), under Student's t distribution with `degrees` >=
/// 1 degrees of freedom.
double t_quantile(unsigned degrees, double confidence);

/// 97.5% quantile of Student's t distribution with `degrees` >= 1 degrees of freedom: the half width of a 95%
/// interval, in standard errors.
double t_975(unsigned degrees);

}  // namespace hetsched
