-- Judged sentences that are remembered, and when each was last used.

-- Forgets those that were used longest ago, at most `count` of them. Needs no memory.
local function forget_oldest(count)
  local oldest = redis.call('ZPOPMIN', key.cache_uses, count)
  for i = 1, #oldest, 2 do redis.call('DEL', key.cache(oldest[i])) end
  return #oldest / 2
end
