/// \file
/// Who writes into a study's folder: one program at a time. A lock that lapses when its holder is gone, on shared file
/// systems, too, where nobody can ask the node that held it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace hetsched {

inline constexpr std::string_view kLockFile = "lock";

/// s. A holder renews its lock every `renew`; one that was not renewed for `stale` may be broken by others, which wait
/// for that no longer than `patience`.
struct LeaseTimes {
  double renew = 5, stale = 60, patience = 70;
};

/// Holds DIR/lock, which says who holds it. Nothing but giving a file a name that must not be there (by a link, where
/// there are links), reading it, setting its time and removing it is asked of the file system: NFS does these as it
/// should. So the lock is there whole, whenever its writer is ended.
class Lease {
 public:
  /// Takes the lock. One whose holder ran on this computer and is no more is broken at once; so is one from before this
  /// computer was started, by its name, unless it is renewed. Is the holder one that cannot be seen from here (on
  /// another computer, in another container), it has ended when the lock has not been renewed for long, by the file
  /// system's clock: that is waited for, and told to `note`, in a sentence. Throws an InputError that says who holds it
  /// if somebody does, or why it cannot be taken.
  explicit Lease(const std::filesystem::path& folder, LeaseTimes times = {},
                 const std::function<void(const std::string&)>& note = {});
  /// Gives it back.
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// To be called several times a minute. False if the lock is no longer there, or another's: the folder must not be
  /// written to any more.
  bool renew();

 private:
  [[nodiscard]] bool is_ours() const;

  std::filesystem::path file_;
  LeaseTimes times_;
  std::string text_;    ///< what our lock says; no other says the same
  double renewed_ = 0;  ///< s of a steady clock
};

}  // namespace hetsched
