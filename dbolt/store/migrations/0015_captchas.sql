-- Which attempts met a captcha? Counted for the metrics again and again, and few of all there are:
-- with this nobody reads the results of the others. Where an attempt met none nothing is added to it.

create index attempts_captchas on attempts (submission_id)
    where result #> '{captchas,0}' is not null;
