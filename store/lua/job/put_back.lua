-- Puts rejected messages to the end of the queues that they were in. ARGV: numbers   Returns those that were there.
local wanted, back = {}, {}
even_when_full()
for _, number in ipairs(ARGV) do wanted[tonumber(number)] = true end
local kept = redis.call('LRANGE', key.rejected, 0, -1)
-- The oldest first, in the order in which they came.
for i = #kept, 1, -1 do
  local about, message = string.match(kept[i], '^([^\n]*)\n(.*)$')
  about = cjson.decode(about)
  if wanted[about.number] and about.queue ~= '' then
    redis.call('LREM', key.rejected, -1, kept[i])
    redis.call('LPUSH', about.queue, message)
    back[#back + 1] = about.number
  end
end
return back
