"""What every route answers to whom: at the own place, at a foreign one, with nothing but the warehouse sent along.

Four people: nobody who is signed in, staff who operate at the own place, its manager, and an admin. 404 is for what one
may not see, 403 for what one may see and not do, 405 for pages that only show or only do, 422 for a form that is not
filled in, 409 for what has moved on; `in` leads to signing in, 302 and 303 elsewhere; `-` stands where no address names
a place. A POST carries the warehouse and what the query names, and no more. HEAD answers as GET does, and REFUSED is
answered with 405 by every route to everybody, so neither has a column.
"""

REFUSED = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "DEBUG")
COLUMNS = (("GET", "own"), ("GET", "alien"), ("POST", "own"), ("POST", "alien"))

# Each group: nobody, staff, manager, admin.
TABLE = """
                                     GET own          | GET alien       | POST own        | POST alien
livez                                200 200 200 200  | -               | 200 200 200 200 | -
readyz                               200 200 200 200  | -               | 200 200 200 200 | -
events                               204 204 204 204  | -               | 405 405 405 405 | -
twilio:status                        405 405 405 405  | -               | 403 403 403 403 | -
twilio:sms                           405 405 405 405  | -               | 403 403 403 403 | -

account_login                        200 302 302 302  | -               | 422 302 302 302 | -
account_logout                       in  200 200 200  | -               | in  in  in  in  | -
mfa_login_webauthn                   in  302 302 302  | -               | in  302 302 302 | -
mfa_authenticate                     in  302 302 302  | -               | in  302 302 302 | -
account_reset_password               200 200 200 200  | -               | 422 422 422 422 | -
account_reset_password_done          200 200 200 200  | -               | 405 405 405 405 | -
account_reset_password_from_key      404 404 404 404  | -               | 404 404 404 404 | -
account_reset_password_from_key_done 200 200 200 200  | -               | 405 405 405 405 | -
account_reauthenticate               in  200 200 200  | -               | in  422 422 422 | -
mfa_reauthenticate                   in  302 302 200  | -               | in  302 302 422 | -
mfa_reauthenticate_webauthn          in  302 302 302  | -               | in  302 302 302 | -
account_change_password              in  200 200 200  | -               | in  422 422 422 | -
mfa_activate_totp                    in  200 200 302  | -               | in  422 422 302 | -
mfa_deactivate_totp                  in  404 404 200  | -               | in  404 404 422 | -
mfa_view_recovery_codes              in  404 404 404  | -               | in  405 405 405 | -
mfa_generate_recovery_codes          in  200 200 200  | -               | in  422 422 302 | -
mfa_add_webauthn                     in  200 200 200  | -               | in  422 422 422 | -
mfa_edit_webauthn                    in  404 404 404  | -               | in  404 404 404 | -
mfa_remove_webauthn                  in  404 404 404  | -               | in  404 404 404 | -
accounts:security                    in  200 200 200  | -               | in  405 405 405 | -
accounts:session-end                 in  405 405 405  | -               | in  302 302 302 | -
accounts:profile                     in  200 200 200  | -               | in  422 422 422 | -
accounts:address                     in  200 200 200  | -               | in  422 422 422 | -
accounts:address-sent                in  200 200 200  | -               | in  405 405 405 | -
accounts:address-confirm             in  404 404 404  | -               | in  404 404 404 | -
accounts:single-sign-on              404 404 404 404  | -               | 405 405 405 405 | -
accounts:single-sign-on-return       404 404 404 404  | -               | 405 405 405 405 | -
accounts:invitation-accept           404 404 404 404  | -               | 404 404 404 404 | -
accounts:register                    404 404 404 404  | -               | 404 404 404 404 | -
accounts:register-sent               404 404 404 404  | -               | 405 405 405 405 | -
accounts:register-confirm            404 404 404 404  | -               | 404 404 404 404 | -

accounts:person-list                 in  403 403 200  | in  403 403 200 | in  403 403 405 | in  403 403 405
accounts:matrix                      in  403 403 200  | in  403 403 200 | in  403 403 405 | in  403 403 405
accounts:person-invite               in  403 403 200  | -               | in  403 403 422 | -
accounts:person-detail               in  403 403 200  | in  403 403 200 | in  403 403 405 | in  403 403 405
accounts:person-export               in  403 403 200  | in  403 403 200 | in  403 403 405 | in  403 403 405
accounts:person-anonymise            in  403 403 200  | in  403 403 200 | in  403 403 422 | in  403 403 422
accounts:person-role                 in  403 403 405  | in  403 403 405 | in  403 403 422 | in  403 403 422
accounts:person-suspend              in  403 403 405  | in  403 403 405 | in  403 403 302 | in  403 403 302
accounts:person-restore              in  403 403 405  | in  403 403 405 | in  403 403 302 | in  403 403 302
accounts:person-approve              in  403 403 405  | in  403 403 405 | in  403 403 422 | in  403 403 422
accounts:person-refuse               in  403 403 405  | in  403 403 405 | in  403 403 409 | in  403 403 409
accounts:invitation-resend           in  403 403 405  | in  403 403 405 | in  403 403 409 | in  403 403 409
accounts:invitation-withdraw         in  403 403 405  | in  403 403 405 | in  403 403 409 | in  403 403 409
accounts:right-set                   in  403 403 405  | in  403 403 405 | in  403 403 302 | in  403 403 302
accounts:warehouse-people            in  403 200 200  | in  403 404 200 | in  403 405 405 | in  403 405 405

stock:today                          in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:more                           in  200 200 200  | -               | in  405 405 405 | -
stock:scan                           in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:product-list                   in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:product-detail                 in  200 200 200  | -               | in  405 405 405 | -
stock:product-thresholds             in  403 200 200  | in  403 404 200 | in  403 302 302 | in  403 404 302
stock:product-archive                in  403 405 405  | -               | in  403 422 422 | -
stock:product-restore                in  403 405 405  | -               | in  403 302 302 | -
stock:product-delete                 in  403 405 405  | -               | in  403 422 422 | -
stock:many-thresholds                in  403 200 200  | in  403 404 200 | in  403 200 200 | in  403 404 200
stock:location-detail                in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:location-deactivate            in  403 405 405  | in  403 405 405 | in  403 422 422 | in  403 404 422
stock:location-activate              in  403 405 405  | in  403 405 405 | in  403 302 302 | in  403 404 302
stock:warehouse-close                in  403 403 405  | in  403 403 405 | in  403 403 422 | in  403 403 422
stock:warehouse-reopen               in  403 403 405  | in  403 403 405 | in  403 403 302 | in  403 403 302
stock:reason-list                    in  403 403 200  | -               | in  403 403 405 | -
stock:reason-create                  in  403 403 200  | -               | in  403 403 422 | -
stock:reason-edit                    in  403 403 200  | -               | in  403 403 422 | -
stock:reason-retire                  in  403 403 405  | -               | in  403 403 302 | -
stock:reason-delete                  in  403 403 405  | -               | in  403 403 302 | -
stock:receive                        in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:ship                           in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:move                           in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:transfer                       in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:adjust                         in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:add-line                       in  405 405 405  | in  405 405 405 | in  422 422 422 | in  404 404 422
stock:line-facts                     in  405 405 405  | in  405 405 405 | in  200 200 200 | in  404 404 200
stock:transaction-list               in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:transaction-csv                in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:level-detail                   in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:operation-detail               in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:operation-reverse              in  405 405 405  | in  405 405 405 | in  403 422 422 | in  404 404 422

# The own transfer leaves the own place for the foreign one, so that others receive it; an admin has sent it.
stock:transfer-list                  in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:transfer-detail                in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:transfer-edit                  in  302 302 302  | in  404 404 302 | in  405 405 405 | in  405 405 405
stock:transfer-receive               in  403 403 200  | in  404 404 200 | in  403 403 422 | in  404 404 422
stock:transfer-write-off             in  403 403 200  | in  404 404 200 | in  403 403 422 | in  404 404 422
stock:transfer-scan                  in  405 405 405  | in  405 405 405 | in  403 403 422 | in  404 404 422
stock:transfer-cancel                in  405 405 405  | in  405 405 405 | in  403 409 409 | in  404 404 409
stock:transfer-undo                  in  405 405 405  | in  405 405 405 | in  403 303 303 | in  404 404 303

# The count is done and waits for review; another manager has counted it.
stock:count-list                     in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:count-create                   in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:count-detail                   in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
stock:count-assign                   in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
stock:count-cancel                   in  405 405 405  | in  405 405 405 | in  403 303 303 | in  404 404 303
stock:count-scan                     in  403 403 403  | in  404 404 403 | in  405 405 405 | in  405 405 405
stock:count-bin                      in  403 403 403  | in  404 404 403 | in  403 403 403 | in  404 404 403
stock:count-line                     in  405 405 405  | in  405 405 405 | in  403 403 403 | in  404 404 403
stock:count-recount                  in  405 405 405  | in  405 405 405 | in  409 409 409 | in  404 404 409
stock:count-post                     in  200 200 200  | in  404 404 200 | in  409 409 409 | in  404 404 409
stock:count-undo                     in  405 405 405  | in  405 405 405 | in  403 409 409 | in  404 404 409

catalog:product-create               in  403 200 200  | -               | in  403 422 422 | -
catalog:product-edit                 in  403 200 200  | -               | in  403 422 422 | -
catalog:product-photo                in  403 200 200  | -               | in  403 422 422 | -
catalog:product-photo-remove         in  403 405 405  | -               | in  403 302 302 | -
catalog:photo                        in  404 404 404  | -               | in  405 405 405 | -
catalog:category-list                in  403 200 200  | -               | in  403 405 405 | -
catalog:category-create              in  403 200 200  | -               | in  403 422 422 | -
catalog:category-edit                in  403 200 200  | -               | in  403 422 422 | -
catalog:category-delete              in  403 405 405  | -               | in  403 422 422 | -
catalog:unit-list                    in  403 403 200  | -               | in  403 403 405 | -
catalog:unit-create                  in  403 403 200  | -               | in  403 403 422 | -
catalog:unit-edit                    in  403 403 200  | -               | in  403 403 422 | -

warehouses:warehouse-list            in  200 200 200  | -               | in  405 405 405 | -
warehouses:warehouse-create          in  403 403 200  | -               | in  403 403 422 | -
warehouses:switch                    in  405 405 405  | in  405 405 405 | in  302 302 302 | in  404 404 302
warehouses:warehouse-detail          in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
warehouses:warehouse-edit            in  403 403 200  | in  403 403 200 | in  403 403 422 | in  403 403 422
warehouses:location-create           in  403 200 200  | in  403 404 200 | in  403 422 422 | in  403 404 422
warehouses:location-edit             in  403 200 200  | in  403 404 200 | in  403 422 422 | in  403 404 422

alerts:alert-list                    in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
alerts:alert-detail                  in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
alerts:alert-acknowledge             in  405 405 405  | in  405 405 405 | in  302 302 302 | in  404 404 302
alerts:alert-snooze                  in  405 405 405  | in  405 405 405 | in  422 422 422 | in  404 404 422
alerts:alert-assign                  in  405 405 405  | in  405 405 405 | in  422 422 422 | in  404 404 422
alerts:alert-comment                 in  405 405 405  | in  405 405 405 | in  422 422 422 | in  404 404 422
alerts:alert-resolve                 in  405 405 405  | in  405 405 405 | in  422 422 422 | in  404 404 422
alerts:alert-unread                  in  302 302 302  | -               | in  405 405 405 | -
alerts:dead-letter-list              in  403 403 200  | -               | in  403 403 405 | -
alerts:dead-letter-retry             in  403 403 405  | -               | in  403 403 404 | -
alerts:dead-letter-retry-all         in  403 403 405  | -               | in  403 403 302 | -
alerts:alert-link                    404 404 404 404  | -               | 404 404 404 404 | -
alerts:notifications                 in  200 200 200  | in  404 404 200 | in  422 422 422 | in  404 404 422
alerts:notification-test             in  302 302 302  | -               | in  422 422 422 | -
alerts:notification-devices          in  200 200 200  | -               | in  405 405 405 | -
alerts:notification-device-add       in  405 405 405  | -               | in  422 422 422 | -
alerts:notification-device-rename    in  405 405 405  | -               | in  404 404 404 | -
alerts:notification-device-remove    in  405 405 405  | -               | in  404 404 404 | -
alerts:notification-history          in  200 200 200  | -               | in  405 405 405 | -
alerts:notification-history-of       in  403 403 200  | in  403 403 200 | in  403 403 405 | in  403 403 405
service-worker                       200 200 200 200  | -               | 405 405 405 405 | -
stock:remedies                       in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405

reports:audit-list                   in  403 200 200  | in  403 404 200 | in  403 405 405 | in  403 405 405
reports:audit-csv                    in  403 200 200  | in  403 404 200 | in  403 405 405 | in  403 405 405
reports:fast-movers                  in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
reports:fast-movers-csv              in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
reports:suggested-counts             in  200 200 200  | in  404 404 200 | in  405 405 405 | in  405 405 405
reports:noise                        in  403 200 200  | in  403 404 200 | in  403 405 405 | in  403 405 405
reports:noise-csv                    in  403 200 200  | in  403 404 200 | in  403 405 405 | in  403 405 405
"""

# The admin site has no places. A star stands for every table that has no row of its own: it is looked at alone. What
# Django's own pages take or refuse they show again with 200.
ADMIN_SITE = """
                                     GET             | POST
admin:index                          in  in  in  200 | in  in  in  200
admin:app_list                       in  in  in  200 | in  in  in  200
admin:login                          in  403 403 403 | in  403 403 403
admin:logout                         302 302 302 302 | 302 302 302 302
admin:password_change                in  in  in  302 | in  in  in  302
admin:password_change_done           in  in  in  302 | in  in  in  302
admin:autocomplete                   in  in  in  403 | in  in  in  405
admin:jsi18n                         in  in  in  200 | in  in  in  405
admin:view_on_site                   in  in  in  302 | in  in  in  302
admin:(?P<url>.*)$                   in  in  in  404 | in  in  in  404

admin:*_changelist                   in  in  in  200 | in  in  in  200
admin:*_add                          in  in  in  403 | in  in  in  403
admin:*_change                       in  in  in  200 | in  in  in  403
admin:*_delete                       in  in  in  403 | in  in  in  403
admin:*_history                      in  in  in  200 | in  in  in  200
admin:<path:object_id>/              in  in  in  302 | in  in  in  302

admin:catalog_category_add           in  in  in  200 | in  in  in  200
admin:catalog_unit_add               in  in  in  200 | in  in  in  200
admin:catalog_category_change        in  in  in  200 | in  in  in  200
admin:catalog_unit_change            in  in  in  200 | in  in  in  200
admin:warehouses_warehouse_change    in  in  in  200 | in  in  in  200
admin:accounts_user_change           in  in  in  200 | in  in  in  200
admin:catalog_category_delete        in  in  in  200 | in  in  in  200
admin:mfa_authenticator_delete       in  in  in  200 | in  in  in  302
admin:socialaccount_socialaccount_delete in in in 200 | in in in 302
"""
