-- uses: delivery, files, mark
-- Takes a file away, whole or half uploaded; its id answers 410 for a while.
-- ARGV: tenant, id, parts   Returns 1 when it was there
local tenant, id = ARGV[1], ARGV[2]
local record = key.file(tenant, id)
even_when_full()
local file = get(record, 'bytes', 'parts')
redis.call('ZREM', key.files(tenant), id)
weigh_file(join_task(tenant, id), 0)
for n = 0, tonumber(file.parts or ARGV[3]) - 1 do redis.call('DEL', key.file_part(tenant, id, n)) end
if not file.bytes then return 0 end
note_erasure(now_ms())
redis.call('DEL', record)
mark_gone(tenant, record, now_ms())
return 1
