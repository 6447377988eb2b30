#include <z3.h>

#include <memory>

#include "optimum/solver.hpp"

namespace hetsched::detail {

bool has_z3_library() { return true; }

SmtAnswer solve_by_library(const std::string& formula, unsigned limit) {
  const std::unique_ptr<_Z3_config, void (*)(Z3_config)> config(Z3_mk_config(), Z3_del_config);
  const std::unique_ptr<_Z3_context, void (*)(Z3_context)> owner(Z3_mk_context(config.get()), Z3_del_context);
  const Z3_context z3 = owner.get();
  // Without a handler errors are codes; what is wrong shows in the result of the check.
  Z3_set_error_handler(z3, nullptr);
  const Z3_optimize optimize = Z3_mk_optimize(z3);
  Z3_optimize_inc_ref(z3, optimize);
  const Z3_params params = Z3_mk_params(z3);
  Z3_params_inc_ref(z3, params);
  if (limit > 0) Z3_params_set_uint(z3, params, Z3_mk_string_symbol(z3, "timeout"), limit * 1000);
  Z3_optimize_set_params(z3, optimize, params);
  Z3_optimize_from_string(z3, optimize, formula.c_str());
  const bool parsed = Z3_get_error_code(z3) == Z3_OK;
  const Z3_lbool found = parsed ? Z3_optimize_check(z3, optimize, 0, nullptr) : Z3_L_FALSE;
  SmtAnswer answer;
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  answer.solver = "libz3 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
  if (found == Z3_L_TRUE) {
    const Z3_model model = Z3_optimize_get_model(z3, optimize);
    Z3_model_inc_ref(z3, model);
    for (unsigned i = 0; i < Z3_model_get_num_consts(z3, model); ++i) {
      const Z3_func_decl decl = Z3_model_get_const_decl(z3, model, i);
      const std::string name = Z3_get_symbol_string(z3, Z3_get_decl_name(z3, decl));
      answer.values[name] = Z3_ast_to_string(z3, Z3_model_get_const_interp(z3, model, decl));
    }
    Z3_model_dec_ref(z3, model);
  }
  Z3_params_dec_ref(z3, params);
  Z3_optimize_dec_ref(z3, optimize);
  if (found == Z3_L_UNDEF)
    throw InputError(answer.solver + " was stopped before it had proved an optimum; give it more time: --limit");
  if (found == Z3_L_FALSE)
    throw InputError(answer.solver + (parsed ? ": there is no schedule" : " cannot read the formula"));
  return answer;
}

}  // namespace hetsched::detail
