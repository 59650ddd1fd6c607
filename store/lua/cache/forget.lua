-- uses: cache
-- Forgets the sentences that were used longest ago. ARGV: how many   Returns how many that were
return forget_oldest(tonumber(ARGV[1]))
