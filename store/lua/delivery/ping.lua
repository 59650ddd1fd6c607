-- uses: delivery_schedule
-- Makes a test delivery. ARGV: clock offset, tenant, endpoint, subject
-- Returns msg | 'endpoint_deleted' | 'endpoint_disabled'
local tenant, endpoint, subject = ARGV[2], ARGV[3], ARGV[4]
local shut, all = closed(key.endpoint(tenant, endpoint), endpoint)
if all then return shut end
local msg = delivery_id(subject, endpoint)
make_delivery(tenant, msg, endpoint, 'endpoint.ping', subject, now, now, 'ping')
return msg
