-- An address counts as it is and without what http, www, the sites for telephones and a closing slash change of it.
CREATE OR REPLACE TEMP MACRO address_hash(address) AS md5_number_lower(
    rtrim(regexp_replace(lower(address), '^https?://((www|m|mobile|mobil|touch|wap|amp)\.)*', ''), '/'));
