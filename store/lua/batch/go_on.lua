-- uses: batch_rest
-- Goes on with what follows from calling a batch off or taking it away. ARGV: tenant, id, most chunks
-- Returns how many chunks are left
even_when_full()
local left = go_on(ARGV[1], ARGV[2], tonumber(ARGV[3]), now_ms())
return left
