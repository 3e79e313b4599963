;; HTTPS servers that greet their clients by the names in their certificates: the password of all stores, then for each server
;; the type of its stores, its keystore and its truststore; prints the ports in one line.
(require '[clojure.string :as string] '[ring.adapter.jetty :refer [run-jetty]])

(defn greet [request]
  {:status 200
   :headers {"Content-Type" "text/plain"}
   :body (str "hello " (some-> request :ssl-client-cert .getSubjectX500Principal) "\n")})

(defn serve [password [type keystore truststore]]
  (run-jetty greet
             {:host "127.0.0.1"
              :join? false
              :http? false
              :ssl? true
              :ssl-port 0
              :keystore keystore
              :keystore-type type
              :key-password password
              :truststore truststore
              :truststore-type type
              :trust-password password
              :client-auth :need}))

(let [[password & stores] *command-line-args*
      servers (mapv #(serve password %) (partition 3 stores))
      ports (map #(.getLocalPort (first (.getConnectors %))) servers)]
  (println "listening on" (string/join " " ports)))
