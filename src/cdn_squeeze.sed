# Leaves out of cdn_function.js what a machine does not need: remarks, and blanks around operators.
# The template keeps blanks inside its strings and patterns out of these shapes.
s/^[ \t]*//
/^\/\//d
s/ \/\/ .*$//
s/ \([-=<>!&|?:+*/%][=<>&|]*\) /\1/g
s/ \([-=<>!&|?:+*/%][=<>&|]*\) /\1/g
s/\([,;)]\) /\1/g
s/ \([{}]\)/\1/g
s/{ /{/g
s/^\(if\|for\|switch\) (/\1(/
/^$/d
