{# Deliveries that count as delivered: what stands in the warehouse, and the same bytes again of what stands there. #}
{% macro geleverd(wat) %}
SELECT {{ wat }}
    FROM exchange.delivery AS deze
    WHERE (state = 'merged' OR (state = 'duplicate' AND EXISTS (
        SELECT FROM exchange.delivery AS eerste
        WHERE eerste.delivery_id = deze.duplicate_of AND eerste.state = 'merged'
    )))
{%- endmacro %}
