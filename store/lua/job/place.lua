-- uses: accounting
-- Where a waiting job stands. ARGV: tenant, queue, mark, place   Returns {position, sentences ahead}
local position, ahead = standing(ARGV[1], totals(), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
return { position, ahead }
