-- Puts rejected messages to the end of the queues that they were in. ARGV: number, message, ... in the order in which they
-- came   Returns the numbers of those that were there, and whose queue is known.
local wanted, back = {}, {}
even_when_full()
for _, kept in ipairs(redis.call('LRANGE', key.rejected, 0, -1)) do
  local about = cjson.decode(string.match(kept, '^[^\n]*'))
  wanted[about.number] = { kept, about.queue }
end
for i = 1, #ARGV, 2 do
  local kept, queue = unpack(wanted[tonumber(ARGV[i])] or {})
  if kept and queue ~= '' then
    redis.call('LREM', key.rejected, -1, kept)
    redis.call('LPUSH', queue, ARGV[i + 1])
    back[#back + 1] = ARGV[i]
  end
end
return back
