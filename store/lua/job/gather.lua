-- Puts messages that lie where no worker looks behind those of a list that they read, the oldest first.
-- KEYS: from, to, ...   ARGV: most   Returns how many were put.
even_when_full()
local most, put = tonumber(ARGV[1]), 0
for i = 1, #KEYS, 2 do
  -- What is no list at all stays what it is.
  while put < most and type(redis.pcall('LMOVE', KEYS[i], KEYS[i + 1], 'RIGHT', 'LEFT')) == 'string' do put = put + 1 end
end
return put
