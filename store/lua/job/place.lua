-- uses: accounting
-- Where a waiting job stands. ARGV: tenant, id, queue, mark, place
-- Returns {position, sentences ahead, the version of a model that it waits for and nobody serves; '': none}
local tenant, id, queue = ARGV[1], ARGV[2], ARGV[3]
local position, ahead = standing(tenant, totals(), queue, tonumber(ARGV[4]), tonumber(ARGV[5]))
local list = queue == MODEL_QUEUE and redis.call('HGET', key.job(tenant, id), 'list')
local version = list and string.match(list, '^[^:]*:(.*)$', #MODEL_LISTS + 1)
local lost = version and redis.call('HEXISTS', key.lost_models, version) == 1
return { position, ahead, lost and version or '' }
