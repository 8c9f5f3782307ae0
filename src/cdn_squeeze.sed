# Leaves out of cdn_function.js what a machine does not need: remarks, and blanks around operators.
# The template keeps blanks inside its strings and patterns out of these shapes, and z and o for two
# names that are long and frequent.
s/^[ \t]*//
/^\/\//d
s/ \/\/ .*$//
s/ \([-=<>!&|?:+*/%][=<>&|]*\) /\1/g
s/ \([-=<>!&|?:+*/%][=<>&|]*\) /\1/g
s/\([,;)]\) /\1/g
s/ \([{}]\)/\1/g
s/{ /{/g
s/\<\(if\|for\|switch\|catch\) (/\1(/g
s/: /:/g
s/\<strict\>/z/g
s/\<origin\>/o/g
/^$/d
