-- uses: lists
-- What guests praised and blamed of a restaurant, by day: counted from what records remember.

-- What a record remembers of its job's aspects: as JSON, or, when it is packed, in short (`tallied`, `store.short_tally`).
local POLARITIES = { ['+'] = 'positive', ['-'] = 'negative', ['='] = 'neutral', ['~'] = 'conflict' }
local function remembered(kept)
  if not kept or string.sub(kept, 1, 1) == '{' then return kept and cjson.decode(kept) or {} end
  local counts = {}
  for aspect, sign, sentences in string.gmatch(kept, '([^,+=~%-]+)([+=~%-])(%d*)') do
    counts[aspect .. '|' .. POLARITIES[sign]] = tonumber(sentences) or 1
  end
  return counts
end

-- Counts the aspects of a job or a chunk's lines, which its record remembers as restaurant -> day -> aspect|polarity ->
-- sentences (`kept`), into (sign 1) or out of (-1) their restaurants' summaries. Records of before November 2026, and packed
-- ones, have aspect|polarity -> sentences: of the restaurant and the day `own`.
local function tally(tenant, kept, sign, own)
  kept = remembered(kept)
  local _, first = next(kept)
  if own and own.restaurant and own.day and type(first) == 'number' then
    kept = { [own.restaurant] = { [own.day] = kept } }
  end
  local names = {}
  for restaurant, days in pairs(kept) do
    local summary = key.summary(tenant, restaurant)
    names[#names + 1] = restaurant
    for day, counts in pairs(type(days) == 'table' and days or {}) do
      for name, sentences in pairs(counts) do
        local field = day .. '|' .. name
        if redis.call('HINCRBY', summary, field, sign * sentences) <= 0 then redis.call('HDEL', summary, field) end
      end
    end
    if sign > 0 then
      redis.call('ZADD', key.restaurants(tenant), 0, restaurant)
    elseif redis.call('EXISTS', summary) == 0 then
      redis.call('ZREM', key.restaurants(tenant), restaurant)
    end
  end
  if #names > 0 then announce_restaurants(tenant, table.concat(names, ' ')) end
end
