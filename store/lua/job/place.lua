-- uses: accounting
-- Where a waiting job stands. ARGV: queue, mark, place   Returns {position, sentences ahead}
local position, ahead = standing(totals(ARGV[1]), ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
return { position, ahead }
