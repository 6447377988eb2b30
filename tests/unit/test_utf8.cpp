#include <doctest/doctest.h>

#include <string>

#include "base/utf8.hpp"

using namespace hetsched;

TEST_CASE("texts of all lengths of characters are UTF-8") {
  for (const std::string text :
       {"", "a", "\x7f", "\xc2\x80", "\xc3\xa4", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xe2\x82\xac z"}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
  }
  CHECK(is_utf8(std::string("\0", 1)));
}

TEST_CASE("what is cut off, too long, a surrogate or beyond the last character is none") {
  for (const std::string text :
       {"\xff", "\xfe", "\x80", "\xc3", "a\xc3", "\xc3z", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xe2\x82",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x90\x80"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}
