-- Forgets what was counted of a restaurant, or of a whole organisation, that was erased. What workers counted before and tell
-- later is dropped then, and what they judge within a minute: they may hold it already. Until when, is noted for a day. ARGV: tenant, model, restaurant ('': all)
local tenant, model, restaurant, now = ARGV[1], ARGV[2], ARGV[3], now_ms()
local kept = key.traffic_restaurants(tenant, model)
even_when_full()
if restaurant == '' then redis.call('DEL', key.traffic_of(tenant, model), kept) end
local all = redis.call('HGETALL', kept)
for i = 1, #all, 2 do
  local of, noted = string.match(all[i], '^%d+|(.*)$'), string.sub(all[i], 1, 1) == '~'
  if of == restaurant or noted and tonumber(all[i + 1]) < now - 86400000 then redis.call('HDEL', kept, all[i]) end
end
redis.call('HSET', kept, '~' .. (restaurant == '' and '' or redis.sha1hex(restaurant)), int(now + 60000))
redis.call('PEXPIRE', kept, int(TRAFFIC_MS))
