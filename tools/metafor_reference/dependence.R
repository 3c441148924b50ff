# Reference fits for pooling, dependence and small studies. Rscript tools/metafor_reference/dependence.R > tests/verification/metafor/models.json
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
tight <- list(tol = 1e-13, threshold = 1e-11, maxiter = 10000)
sets <- list(
  bangert = with(dat.bangertdrowns2004[1:12, ], list(yi = yi, vi = vi, source = "dat.bangertdrowns2004, rows 1-12 (metadat)")),
  homogeneous = list(yi = c(0.20, 0.21, 0.19, 0.22, 0.20), vi = c(0.04, 0.05, 0.03, 0.06, 0.02), source = "made by hand, tau2 = 0"),
  two = list(yi = c(-0.6, 0.1), vi = c(0.05, 0.08), source = "made by hand, k = 2"),
  normand = { e <- escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
              list(yi = as.numeric(e$yi), vi = as.numeric(e$vi), source = "dat.normand1999, MD (metadat)") },
  zeros = { e <- escalc("OR", ai = c(0, 2, 5, 1, 0), n1i = c(20, 30, 25, 18, 40), ci = c(3, 6, 9, 0, 2), n2i = c(21, 28, 26, 20, 39))
            list(yi = as.numeric(e$yi), vi = as.numeric(e$vi), source = "made by hand, log OR with zero cells") },
  hundred = { set.seed(20261124); v <- runif(100, 0.01, 0.2); list(yi = round(rnorm(100, 0.3, sqrt(v + 0.05)), 6), vi = round(v, 6), source = "set.seed(20261124), k = 100") })
moderators <- list(x = round(seq(-1, 1, length.out = 10)^3, 4), g = rep(c("a", "b"), 5),
  yi = c(0.1, 0.5, 0.3, 0.6, 0.2, 0.9, 0.4, 1.0, 0.5, 1.3), vi = c(0.05, 0.04, 0.06, 0.05, 0.03, 0.07, 0.05, 0.04, 0.06, 0.05))
fitted <- function(f, pi = TRUE) {
  p <- if (pi && length(coef(f)) == 1) predict(f) else NULL
  list(b = as.numeric(coef(f)), se = as.numeric(f$se), ci_lb = as.numeric(f$ci.lb), ci_ub = as.numeric(f$ci.ub), pval = as.numeric(f$pval), tau2 = f$tau2, se_tau2 = f$se.tau2,
       I2 = f$I2, H2 = f$H2, QE = f$QE, QEp = f$QEp, QM = f$QM, QMp = f$QMp, R2 = f$R2, ml = f$fit.stats["ll", "ML"], reml = f$fit.stats["ll", "REML"],
       pi_lb = if (is.null(p)) NULL else p$pi.lb, pi_ub = if (is.null(p)) NULL else p$pi.ub) }
pooled <- list(); profile <- list(); small <- list()
for (s in names(sets)) { d <- sets[[s]]
  for (m in c("FE", "DL", "HE", "HS", "SJ", "ML", "REML", "PM", "EB")) for (t in c("z", "knha", "adhoc"))
    pooled[[s]][[paste(m, t, sep = "_")]] <- fitted(suppressWarnings(rma(d$yi, d$vi, method = m, test = t, control = tight)))
  q <- suppressWarnings(confint(rma(d$yi, d$vi, method = "REML", control = tight), control = list(tol = 1e-12, tau2.max = 1e6)))$random
  profile[[s]] <- list(tau2 = as.numeric(q["tau^2", 2:3]), I2 = as.numeric(q["I^2(%)", 2:3]), H2 = as.numeric(q["H^2", 2:3]))
  if (length(d$yi) > 2) { f <- rma(d$yi, d$vi, method = "REML", control = tight)
    for (p in c("sei", "vi")) { r <- suppressWarnings(regtest(f, predictor = p)); small[[s]][[paste0("rma_", p)]] <- list(stat = r$zval, p = r$pval, limit = r$est)
      l <- suppressWarnings(regtest(d$yi, d$vi, model = "lm", predictor = p)); small[[s]][[paste0("lm_", p)]] <- list(stat = l$zval, p = l$pval, limit = l$est) }
    k <- ranktest(d$yi, d$vi); small[[s]]$rank <- list(tau = as.numeric(k$tau), p = as.numeric(k$pval))
    for (e in c("L0", "R0", "Q0")) { t <- trimfill(rma(d$yi, d$vi, method = "DL"), estimator = e); small[[s]][[e]] <- list(k0 = t$k0, se_k0 = t$se.k0, side = t$side, b = as.numeric(t$b), se = t$se) } } }
n <- c(24, 40, 60, 100, 36, 52); small$sqrtninv <- { r <- regtest(c(0.9, 0.7, 0.4, 0.3, 0.8, 0.5), c(0.18, 0.11, 0.07, 0.04, 0.12, 0.08), ni = n, model = "rma", predictor = "sqrtninv")
  list(yi = c(0.9, 0.7, 0.4, 0.3, 0.8, 0.5), vi = c(0.18, 0.11, 0.07, 0.04, 0.12, 0.08), ni = n, stat = r$zval, p = r$pval) }
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
o <- order(-bcg$yi); yy <- -as.numeric(bcg$yi)[o]; vv <- as.numeric(bcg$vi)[o]; k <- length(yy) # L0 fills one study on the right; the fill by hand, as trimfill passes no control on
kept <- rma(yy[1:(k - 1)], vv[1:(k - 1)], method = "REML", control = tight); t <- rma(-c(yy, 2 * as.numeric(kept$b) - yy[k]), c(vv, vv[k]), method = "REML", control = tight)
small$bcg_REML_L0 <- list(k0 = 1, b = as.numeric(t$b), se = t$se, tau2 = t$tau2)
for (m in c("FE", "DL", "REML", "ML", "PM", "SJ", "HE", "HS", "EB")) for (t in c("z", "knha"))
  moderators$fits[[paste(m, t, sep = "_")]] <- fitted(rma(yi, vi, mods = ~ x + g, data = moderators[c("yi", "vi", "x", "g")], method = m, test = t, control = tight))
k <- dat.konstantopoulos2011; k$yi <- as.numeric(k$yi); k$vi <- as.numeric(k$vi)
three <- function(method) { f <- rma.mv(yi, vi, random = ~ 1 | district/school, data = k, method = method, control = list(reltol = 1e-14))
  r <- robust(f, cluster = k$district); list(b = as.numeric(f$b), se = f$se, sigma2 = f$sigma2, loglik = as.numeric(logLik(f)), QE = f$QE, robust_se = r$se, robust_df = r$dfs, robust_p = r$pval) }
shared <- data.frame(study = c("A", "A", "A", "B", "B", "C"), m1i = c(60, 52, 48, 55, 50, 47), sd1i = c(20, 22, 19, 25, 21, 18), n1i = c(30, 30, 28, 25, 27, 40), m2i = c(65, 65, 65, 62, 62, 58), sd2i = c(21, 21, 21, 24, 24, 20), n2i = c(20, 20, 20, 26, 26, 41))
vc <- function(m) { e <- escalc(m, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = shared)
  list(yi = as.numeric(e$yi), vi = as.numeric(e$vi)) } # vcalc only approximates the covariance; the test has the exact one by hand
nma <- list(study = c("1", "1", "1", "2", "2", "3", "3", "4", "4", "5", "5"), treat = c("A", "B", "C", "A", "B", "A", "C", "B", "C", "A", "B"),
            mean = c(10, 12, 13, 9, 11.5, 10, 12.2, 11, 13.1, 10.5, 11.2), sd = c(2, 2.2, 2.1, 1.9, 2.0, 2.3, 2.1, 2.0, 2.2, 1.8, 2.1), n = c(20, 20, 19, 30, 28, 25, 26, 18, 20, 40, 41))
net <- { a <- data.frame(nma); rows <- list(); for (s in unique(a$study)) { d <- a[a$study == s, ]; for (i in 2:nrow(d)) rows[[length(rows) + 1]] <- data.frame(study = s, t1 = d$treat[i], t2 = d$treat[1], yi = d$mean[i] - d$mean[1], v1 = d$sd[i]^2 / d$n[i], v2 = d$sd[1]^2 / d$n[1]) }
  r <- do.call(rbind, rows); V <- diag(r$v1 + r$v2); for (i in 1:nrow(r)) for (j in 1:nrow(r)) if (i != j && r$study[i] == r$study[j]) V[i, j] <- r$v2[i]
  X <- sapply(c("B", "C"), function(t) (r$t1 == t) - (r$t2 == t)); r$id <- 1:nrow(r)
  f0 <- rma.mv(yi, V, mods = X, intercept = FALSE, data = r, method = "FE")
  f <- rma.mv(yi, V, mods = X, intercept = FALSE, random = ~ factor(id) | study, rho = 0.5, data = r, method = "REML", control = list(reltol = 1e-14))
  list(fixed = list(b = as.numeric(f0$b), se = f0$se, QE = f0$QE), random = list(b = as.numeric(f$b), se = f$se, tau2 = f$tau2, loglik = as.numeric(logLik(f)))) }
out <- list(meta = list(metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")), R = R.version.string, settings = "control: tol 1e-13, threshold 1e-11, maxiter 10000; confint tol 1e-12, tau2.max 1e6; rma.mv reltol 1e-14"),
  sets = sets, pooled = pooled, profile = profile, small = small, moderators = moderators,
  three_level = list(data = list(district = k$district, yi = k$yi, vi = k$vi, source = "dat.konstantopoulos2011 (metadat)"), REML = three("REML"), ML = three("ML")),
  shared = list(data = shared, MD = vc("MD"), SMD = vc("SMD")), network = list(data = nma, fits = net))
cat(toJSON(out, digits = 17, auto_unbox = TRUE, na = "null", null = "null"), "\n")
