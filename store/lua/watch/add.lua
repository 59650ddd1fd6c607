-- Adds to what a model was asked and answered, in the window that is open; the one before it is kept, older ones go.
-- ARGV: tenant ('' : all organisations), model, window's reviews, reviews, field, how much, ...
local counts = ARGV[1] == '' and key.traffic(ARGV[2]) or key.traffic_of(ARGV[1], ARGV[2])
local size = tonumber(ARGV[3])
even_when_full()
local window = math.floor(tonumber(redis.call('HGET', counts, 'reviews') or 0) / size)
for i = 5, #ARGV, 2 do redis.call('HINCRBY', counts, int(window) .. '|' .. ARGV[i], ARGV[i + 1]) end
if math.floor(redis.call('HINCRBY', counts, 'reviews', ARGV[4]) / size) > window then
  local all = redis.call('HGETALL', counts)
  for i = 1, #all, 2 do
    local of = tonumber(string.match(all[i], '^(%d+)|'))
    if of and of < window then redis.call('HDEL', counts, all[i]) end
  end
end
redis.call('PEXPIRE', counts, int(TRAFFIC_MS))
