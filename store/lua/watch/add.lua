-- Adds to what a model was asked and answered, in the window that is open; the one before it is kept, older ones go.
-- ARGV: tenant ('' : all organisations), model, window's reviews, reviews, how long ago the first of them was judged in ms,
--   how many restaurants may be kept in a window, how many counts follow; field, how much, ...; then restaurant, its weight,
--   its counts as JSON, ... (`watch.restaurants`)
local tenant, model = ARGV[1], ARGV[2]
local counts = tenant == '' and key.traffic(model) or key.traffic_of(tenant, model)
local kept = key.traffic_restaurants(tenant, model)
local size, first, most, last = tonumber(ARGV[3]), now_ms() - tonumber(ARGV[5]), tonumber(ARGV[6]), 7 + 2 * tonumber(ARGV[7])

-- Whether what was judged since `first` may be of what was erased meanwhile ('': all of the organisation).
local function erased(restaurant)
  local at = tenant ~= '' and redis.call('HGET', kept, '~' .. restaurant)
  return at and tonumber(at) >= first
end

if erased('') then return end
even_when_full()
local window = math.floor(tonumber(redis.call('HGET', counts, 'reviews') or 0) / size)
for i = 8, last, 2 do redis.call('HINCRBY', counts, int(window) .. '|' .. ARGV[i], ARGV[i + 1]) end

local rows, open, many = last < #ARGV and redis.call('HGETALL', kept) or {}, {}, 0
for i = 1, #rows, 2 do
  if tonumber(string.match(rows[i], '^(%d+)|')) == window then
    open[rows[i]], many = rows[i + 1], many + 1
  end
end

-- Makes room for one more restaurant: the one with the fewest reviews goes. Returns how many those were.
local function make_room()
  if many < most then return 0 end
  local least, fewest = nil, math.huge
  for field, row in pairs(open) do
    local weight = tonumber(string.match(row, '"weight":(%d+)'))
    if weight < fewest or weight == fewest and field < least then least, fewest = field, weight end
  end
  redis.call('HDEL', kept, least)
  open[least], many = nil, many - 1
  return fewest
end

for i = last + 1, #ARGV, 3 do
  local restaurant, field = ARGV[i], int(window) .. '|' .. ARGV[i]
  if not erased(redis.sha1hex(restaurant)) then
    local row = open[field] and cjson.decode(open[field])
    if not row then
      row = { restaurant = restaurant, weight = make_room(), counts = {} }
      many = many + 1
    end
    row.weight = row.weight + ARGV[i + 1]
    for name, number in pairs(cjson.decode(ARGV[i + 2])) do row.counts[name] = (row.counts[name] or 0) + number end
    open[field] = cjson.encode(row)
    redis.call('HSET', kept, field, open[field])
  end
end

local function drop_older(hash)
  local all = redis.call('HGETALL', hash)
  for i = 1, #all, 2 do
    local of = tonumber(string.match(all[i], '^(%d+)|'))
    if of and of < window then redis.call('HDEL', hash, all[i]) end
  end
end

if math.floor(redis.call('HINCRBY', counts, 'reviews', ARGV[4]) / size) > window then
  drop_older(counts)
  if tenant ~= '' then drop_older(kept) end
end
redis.call('PEXPIRE', counts, int(TRAFFIC_MS))
if tenant ~= '' then redis.call('PEXPIRE', kept, int(TRAFFIC_MS)) end
