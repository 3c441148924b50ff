# Reference effects: every measure by metafor's escalc. Rscript tools/metafor_reference/effects.R > tests/verification/metafor/effects.json
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
tables <- data.frame(ai = c(4, 6, 0, 12, 5, 0, 30), bi = c(119, 300, 20, 0, 15, 18, 70), ci = c(11, 29, 3, 9, 5, 0, 25), di = c(128, 274, 17, 3, 15, 22, 75))
means <- data.frame(m1i = c(10, 52.3, 3.4, 78.5, 1.2), sd1i = c(2, 11.5, 0.9, 6.1, 0.4), n1i = c(8, 30, 6, 12, 2),
                    m2i = c(8, 49.0, 2.1, 70.2, 1.5), sd2i = c(2, 14.2, 0.5, 7.4, 0.6), n2i = c(8, 28, 7, 11, 3))
change <- data.frame(m1i = c(8, 47, 22, 3.2), sd1i = c(2, 36, 24, 0.9), m2i = c(6, 67, 34, 3.7), sd2i = c(2.5, 26, 23, 0.7), ni = c(12, 12, 12, 24), ri = c(0.6, 0.5, 0.3, 0.8))
single <- data.frame(xi = c(3, 0, 20, 5, 11), ni = c(20, 12, 20, 18, 18))
pick <- function(e) list(yi = as.numeric(e$yi), vi = as.numeric(e$vi))
out <- list(meta = list(metafor = as.character(packageVersion("metafor")), R = R.version.string, settings = "escalc with its defaults: add = 1/2, to = only0, vtype = LS"),
            tables = tables, means = means, change = change, single = single, results = list())
for (m in c("RR", "OR", "RD", "AS", "PETO")) out$results[[m]] <- pick(escalc(m, ai = ai, bi = bi, ci = ci, di = di, data = tables))
for (m in c("MD", "SMD", "SMDH", "ROM")) out$results[[m]] <- pick(escalc(m, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = means))
for (m in c("MC", "SMCC", "SMCR", "ROMC")) out$results[[m]] <- pick(escalc(m, m1i = m1i, sd1i = sd1i, m2i = m2i, sd2i = sd2i, ni = ni, ri = ri, data = change))
for (m in c("PR", "PLN", "PLO", "PAS", "PFT")) out$results[[m]] <- pick(escalc(m, xi = xi, ni = ni, data = single))
out$results$PFT_back <- list(at = c(0.3, 0.7, 1.2), n = 15, p = sapply(c(0.3, 0.7, 1.2), function(x) transf.ipft(x, 15)))
out$results$J <- list(m = c(2, 3, 10, 50), j = sapply(c(2, 3, 10, 50), function(m) exp(lgamma(m/2) - log(sqrt(m/2)) - lgamma((m-1)/2))))
cat(toJSON(out, digits = 17, auto_unbox = TRUE, na = "null", pretty = TRUE), "\n")
